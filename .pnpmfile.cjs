// What only a type checker needs is not installed where programs run: pnpm would take the root's typescript for
// valibot's optional peer.
module.exports = {
  hooks: {
    readPackage(manifest) {
      if (manifest.name === 'valibot') {
        delete manifest.peerDependencies;
        delete manifest.peerDependenciesMeta;
      }
      return manifest;
    },
  },
};
