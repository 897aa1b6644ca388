// Looks at HTML reports as others do: html-validate for the markup, axe in a headless browser for people who cannot see
// or use a mouse, and the width of every table and picture on printed A4 and Letter pages.
//
// node report.mjs FILE…   with `puppeteer-core`, `axe-core` and `html-validate` beside it (see package.json) and a
// browser at $CHROMIUM. Prints one JSON document; nothing is fetched.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";

const require = createRequire(import.meta.url);
const puppeteer = require("puppeteer-core");
const { HtmlValidate } = require("html-validate");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const rules = {
  extends: ["html-validate:standard"],
  rules: {
    // The report brings its own style sheet and the depth of steps in trees.
    "no-inline-style": "off",
    // Long lines and self-closing SVG elements are how pictures are written.
    "long-title": "off",
    "svg-focusable": "off",
    "void-style": "off",
    "no-trailing-whitespace": "off",
  },
};
// Width between margins of 14 mm, in CSS pixels.
const papers = { a4: Math.round(((210 - 28) / 25.4) * 96), letter: Math.round((8.5 - 28 / 25.4) * 96) };

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const reports = [];
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  const checked = await new HtmlValidate(rules).validateString(text, file);
  const messages = checked.results.flatMap((result) => result.messages);
  const page = await browser.newPage();
  const loaded = [];
  await page.setBypassCSP(true);
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (/^(file|data):/.test(request.url())) return request.continue();
    loaded.push(request.url());
    return request.abort();
  });
  const found = {};
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.setViewport({ width: 1280, height: 1000 });
    await page.goto(`file://${resolve(file)}`);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
    await page.evaluate(axe);
    const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    found[scheme] = result.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.length, first: v.nodes[0]?.html.slice(0, 160) }));
  }
  const wide = {};
  const broken = {};
  await page.emulateMediaFeatures([]);
  await page.emulateMediaType("print");
  for (const [paper, width] of Object.entries(papers)) {
    await page.setViewport({ width, height: 1100 });
    wide[paper] = await page.evaluate((limit) => {
      const all = [...document.querySelectorAll("table, svg, img, pre")].filter((e) => e.getClientRects().length);
      const over = (e) => e.getBoundingClientRect().right > limit + 1 || e.scrollWidth > Math.ceil(e.getBoundingClientRect().width) + 1;
      return all.filter(over).map((e) => `${e.tagName.toLowerCase()} ${Math.round(e.getBoundingClientRect().right)}`);
    }, width);
    // A word of a head that does not fit its cell is broken inside: its range then has more than one line.
    broken[paper] = await page.evaluate(() => {
      const out = [];
      for (const cell of document.querySelectorAll("thead th")) {
        for (const node of cell.childNodes) {
          if (node.nodeType !== 3) continue;
          for (const match of node.data.matchAll(/\S+/g)) {
            const range = document.createRange();
            range.setStart(node, match.index);
            range.setEnd(node, match.index + match[0].length);
            if (new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size > 1) out.push(match[0]);
          }
        }
      }
      return out;
    });
  }
  const serious = Object.values(found).flat().filter((v) => ["serious", "critical"].includes(v.impact));
  reports.push({
    report: basename(file),
    kilobytes: Math.round(text.length / 1024),
    markup: { errors: messages.filter((m) => m.severity === 2).length, first: messages.slice(0, 5).map((m) => `${m.line}: ${m.ruleId}: ${m.message}`) },
    axe: { serious: serious.length, findings: found },
    loaded_from_elsewhere: loaded,
    wider_than_the_page: wide,
    broken_heads: broken,
  });
  await page.close();
}
await browser.close();
process.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
