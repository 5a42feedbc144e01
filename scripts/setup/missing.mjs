/** This machine lacks what native TensorFlow needs. Looking again costs nothing, so it is never remembered. */
export class Missing extends Error {}

/**
 * A tool that is not on this machine, and the command that brings it.
 * @param {string} tool @param {{apt: string, mac: string}} install
 */
export function missingTool(tool, { apt, mac }) {
  const command =
    process.platform === 'darwin' ? mac : `sudo apt install ${apt}  (or your system's packages of that name)`;
  return new Missing(`${tool} is missing. To get it: ${command}`);
}
