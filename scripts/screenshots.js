// Makes the pictures of the README from the report of the demo: npm start, then node scripts/screenshots.js
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");
const { chromium } = require("playwright-core");

const root = join(__dirname, "..");
const PICTURES = [
  { name: "report-light", viewport: { width: 1280, height: 860 }, colorScheme: "light" },
  { name: "report-dark", viewport: { width: 1280, height: 860 }, colorScheme: "dark", hash: "#status=4xx" },
];

async function main() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  for (const { name, hash = "", ...options } of PICTURES) {
    const page = await browser.newPage(options);
    await page.goto(pathToFileURL(join(root, "demo", "report.html")).href + hash);
    await page.waitForSelector("html[data-ready]");
    await page.screenshot({ path: join(root, "docs", "images", `${name}.png`) });
  }
  await browser.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
