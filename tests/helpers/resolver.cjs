// A package that offers only an `import` entry is found too; where there are both, `require` is taken as usual.
/** @param {string} request @param {import('jest-resolve').ResolverOptions} options */
module.exports = (request, options) => {
  try {
    return options.defaultResolver(request, options);
  } catch (error) {
    try {
      return options.defaultResolver(request, {
        ...options,
        conditions: [...(options.conditions ?? []), 'import'],
      });
    } catch {
      throw error;
    }
  }
};
