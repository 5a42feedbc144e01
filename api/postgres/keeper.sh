# Stops an embedded PostgreSQL when the last process that uses it is gone, however that one went (kill -9 too):
# the standard input is a pipe whose other end only that process holds, so it ends when the process does.
# Arguments: folder, this user's name, 'temporary' when the folder shall go with the server.
folder=$1 user=$2 temporary=$3
cat >/dev/null

# The same lock as embedded-postgres.ts takes; one that lies for 30 s was left by a process that died holding it.
tries=0
until mkdir "$folder/lock" 2>/dev/null || [ "$tries" -ge 300 ]; do
  tries=$((tries + 1))
  sleep 0.1
done

is_ours() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0' ' ' <"/proc/$1/cmdline"; else ps -p "$1" -o args= 2>/dev/null; fi |
    grep -qF "$folder/data"
}

rm -f "$folder/users/$user"
if [ -z "$(ls -A "$folder/users" 2>/dev/null)" ]; then
  server=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null)
  if [ -n "$server" ] && is_ours "$server"; then
    kill -INT "$server"
    tries=0
    while kill -0 "$server" 2>/dev/null && is_ours "$server" && [ "$tries" -lt 600 ]; do
      tries=$((tries + 1))
      sleep 0.05
    done
  fi
  [ "$temporary" = temporary ] && rm -rf "$folder"
fi
rmdir "$folder/lock" 2>/dev/null
exit 0
