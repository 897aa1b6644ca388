// Opens what redan writes for office programs in LibreOffice, and counts what is cut, lost or covered.
//
// node office.mjs REDAN ROOT   with `soffice`, `pdftotext`, `pdfimages` and `unzip` on the PATH. Documents and workbooks of
// all examples become PDF, and workbooks go through LibreOffice and back. Prints one JSON document.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { examples } from "./examples.mjs";

const [redan, root] = process.argv.slice(2);
const folder = path.resolve("office");
mkdirSync(path.join(folder, "back"), { recursive: true });
const quiet = { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28, encoding: "utf8" };
const office = (to, out, files) => execFileSync("soffice", [`-env:UserInstallation=file://${folder}/profile`, "--headless", "--convert-to", to, "--outdir", out, ...files], quiet);
const unpacked = (file, name) => execFileSync("unzip", ["-p", file, name], quiet);
const count = (text, what) => text.split(what).length - 1;

// Words of a page with their boxes, and how large the page is.
function words(pdf) {
  const pages = execFileSync("pdftotext", ["-bbox", pdf, "-"], quiet).split("<page ").slice(1);
  const number = (tag, name) => Number(tag.match(new RegExp(`${name}="([-0-9.]+)"`))[1]);
  return pages.map((page) => ({
    width: number(page, "width"),
    height: number(page, "height"),
    words: page.split("<word ").slice(1).map((tag) => ({ x: number(tag, "xMin"), y: number(tag, "yMin"), right: number(tag, "xMax"), bottom: number(tag, "yMax"), text: tag.replace(/^[^>]*>|<.*$/gs, "") })),
  }));
}
const beyond = (pages) => pages.flatMap((page) => page.words.filter((w) => w.x < -0.5 || w.right > page.width + 0.5 || w.bottom > page.height + 0.5)).length;
// Words that cover each other by more than two fifths of their height and a point of their width.
function covered(pages) {
  let found = 0;
  for (const { words } of pages) {
    words.sort((a, b) => a.y - b.y);
    words.forEach((a, ix) => {
      for (const b of words.slice(ix + 1)) {
        if (b.y > a.bottom) break;
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.y, b.y);
        const wide = Math.min(a.right, b.right) - Math.max(a.x, b.x);
        if (wide > 1 && high > 0.4 * Math.min(a.bottom - a.y, b.bottom - b.y)) found += 1;
      }
    });
  }
  return found;
}

const names = Object.keys(examples);
const at = (name, kind) => path.join(folder, `${name}.${kind}`);
for (const [name, model] of Object.entries(examples))
  for (const kind of ["docx", "xlsx"]) execFileSync(redan, ["report", path.join(root, "examples", model), "-q", "--today", "2025-11-12", "-o", at(name, kind)], { stdio: "ignore" });

office("pdf", folder, names.map((name) => at(name, "docx")));
const documents = names.map((name) => {
  const pages = words(at(name, "pdf"));
  const body = unpacked(at(name, "docx"), "word/document.xml");
  const images = execFileSync("pdfimages", ["-list", at(name, "pdf")], quiet).split("\n").slice(2).map((line) => line.trim().split(/\s+/)).filter((line) => line[2] === "image");
  // Text as it is shown, without the spaces in which headings are broken over lines.
  const text = pages.flatMap((page) => page.words.map((w) => w.text)).join("").replace(/\s+/g, "").replaceAll("&apos;", "'");
  const headings = [...body.matchAll(/<w:pStyle w:val="Heading[1-3]"\/>.*?<w:t [^>]*>(.*?)<\/w:t>/g)].map((m) => m[1].replace(/\s+/g, ""));
  return {
    document: `${name}.docx`,
    pages: pages.length,
    pictures: count(body, "<w:drawing>"),
    pictures_not_shown: Math.max(0, count(body, "<w:drawing>") - images.filter((line) => Number(line[3]) > 40).length),
    headings: headings.length,
    headings_not_shown: headings.filter((heading) => !text.includes(heading)).length,
    listed_in_contents: count(body, "PAGEREF"),
    words_beyond_the_page: beyond(pages),
    words_covered: covered(pages),
  };
});

const books = path.join(folder, "books");
office("pdf", books, names.map((name) => at(name, "xlsx")));
office("xlsx:Calc MS Excel 2007 XML", path.join(folder, "back"), names.map((name) => at(name, "xlsx")));
const workbooks = names.map((name) => {
  const pages = words(path.join(books, `${name}.pdf`));
  const of = (file) => {
    const sheets = count(unpacked(file, "xl/workbook.xml"), "<sheet ");
    const all = Array.from({ length: sheets }, (_, ix) => unpacked(file, `xl/worksheets/sheet${ix + 1}.xml`));
    const sum = (what) => all.reduce((total, xml) => total + count(xml, what), 0);
    return { sheets, cells: sum(' t="s"'), filters: sum("<autoFilter"), heads_that_stay: all.filter((xml) => /<pane[^>]* state="frozen/.test(xml)).length, choices: sum("<dataValidation "), formulas: sum("<f>") + sum("<f ") };
  };
  const [before, after] = [of(at(name, "xlsx")), of(path.join(folder, "back", `${name}.xlsx`))];
  return {
    workbook: `${name}.xlsx`,
    ...before,
    // Without a window LibreOffice writes no panes, whatever it read.
    changed_by_a_round_trip: Object.keys(before).filter((key) => key !== "heads_that_stay" && before[key] !== after[key]).length,
    words_beyond_the_page: beyond(pages),
    words_covered: covered(pages),
    after,
  };
});
const program = execFileSync("soffice", ["--version"], quiet).trim().split(" ").slice(0, 2).join(" ");
for (const book of workbooks) {
  if (book.changed_by_a_round_trip) process.stderr.write(`${book.workbook}: after a round trip ${JSON.stringify(book.after)}\n`);
  delete book.after;
}
process.stdout.write(`${JSON.stringify({ program, documents, workbooks }, null, 2)}\n`);
