/** Stands in the synth program for what CDKTF zips folders with. Our assets are files, zipped when the package is built. */
module.exports = () => {
  throw new Error(
    "this program is built without archiver: assets of AssetType.ARCHIVE cannot be made; see scripts/build.js",
  );
};
