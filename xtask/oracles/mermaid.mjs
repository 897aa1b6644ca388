// Counts nodes, arrows and boxes of Mermaid flowcharts with Mermaid's own parser, so that our reader can be held to it.
//
// node mermaid.mjs FOLDER… > mermaid.json   with `mermaid` and `jsdom` installed (npm install in this folder; see
// package.json). The folders are `mermaid` beside this file, with pictures of every kind of statement, and the one of the
// corpus. Prints one JSON document: for each file of the folders its nodes, edges and subgraphs, or why it has none.
// A box at which an arrow ends is a node too; Mermaid counts it as one.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("<!doctype html><body></body>");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false });
const { version } = createRequire(import.meta.url)("mermaid/package.json");

// Mermaid wants the kind of picture on the first line; some files have the title and the description before it.
const headFirst = (text) => {
  const lines = text.split("\n");
  const head = lines.findIndex((line) => /^\s*(flowchart|graph)\b/.test(line));
  return head < 1 ? text : [lines[head], ...lines.slice(0, head), ...lines.slice(head + 1)].join("\n");
};

const files = {};
const all = process.argv.slice(2).flatMap((folder) => readdirSync(folder).map((name) => [name, join(folder, name)]));
for (const [name, path] of all.sort()) {
  const text = readFileSync(path, "utf8");
  let moved = false;
  const read = (text) => mermaid.mermaidAPI.getDiagramFromText(text);
  try {
    const { db } = await read(text).catch((error) => {
      moved = true;
      if (headFirst(text) === text) throw error;
      return read(headFirst(text));
    });
    files[name] = { nodes: db.getVertices().size, edges: db.getEdges().length, subgraphs: db.getSubGraphs().length };
    if (moved) files[name].moved = true;
  } catch {
    files[name] = { refused: true };
  }
}
const lines = Object.entries(files).map(([name, counts]) => `  ${JSON.stringify(name)}: ${JSON.stringify(counts)}`);
console.log(`{\n "parser": "mermaid ${version}",\n "files": {\n${lines.join(",\n")}\n }\n}`);
