// Loads TensorFlow's base library with stderr turned away for that moment. While it loads, before any of its settings can
// be made, it prints two lines about oneDNN that look like a warning, in every process. Nothing else is hidden: what goes
// wrong later is printed as always, and a library that cannot be loaded is reported by the binding that wants it next.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

NAPI_MODULE_INIT() {
  const int real = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (real >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  dlopen(CONSILIUM_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (real >= 0 && nowhere >= 0) dup2(real, STDERR_FILENO);
  if (real >= 0) close(real);
  if (nowhere >= 0) close(nowhere);
  return exports;
}
