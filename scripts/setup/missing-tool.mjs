// What is not on this machine, and the command that brings it.

export class MissingTool extends Error {
  /** @param {string} tool @param {{apt: string, mac: string}} install */
  constructor(tool, { apt, mac }) {
    const way =
      process.platform === 'darwin'
        ? mac
        : `sudo apt install ${apt}  (or your system's packages of that name)`;
    super(`${tool} is missing. To get it: ${way}`);
    this.name = 'MissingTool';
  }
}

/** No wheel is made for this kind of machine. */
export class NoWheel extends Error {
  /** @param {string} variant */
  constructor(variant) {
    super(`there is no native TensorFlow (${variant}) for ${process.platform} on ${process.arch}`);
    this.name = 'NoWheel';
  }
}
