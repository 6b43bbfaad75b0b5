// ZPL as somebody else's renderer draws it: each label becomes PREFIX-N.png.
//   node zpl_render.js NODE_MODULES FILE.zpl PREFIX WIDTH_MM HEIGHT_MM      (8 dots a millimetre)
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const [modules, file, prefix, width, height] = process.argv.slice(2);
const { ready } = require(path.join(modules, "zpl-renderer-js"));

ready.then(async ({ api }) => {
  const zpl = fs.readFileSync(file, "utf8");
  const labels = await api.zplToBase64MultipleAsync(zpl, Number(width), Number(height), 8);
  labels.forEach((png, i) => fs.writeFileSync(`${prefix}-${i + 1}.png`, Buffer.from(png, "base64")));
  process.exit(0); // the renderer's own worker would wait for more
}).catch((why) => {
  console.error(String(why));
  process.exit(1);
});
