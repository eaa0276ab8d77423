/** Replaces CDKTF's module for zipping folders in the synth program. Our assets are files, zipped by the build. */
module.exports = () => {
  throw new Error(
    "this program is built without archiver: assets of AssetType.ARCHIVE cannot be made; see scripts/build.js",
  );
};
