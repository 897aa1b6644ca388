// Runs `redan backlog sync` against emulate, a stateful stand-in for GitHub that others wrote, and prints what was counted.
// What it would send to Jira is held against Atlassian's own schema of documents.
// Used by `cargo xtask check-sync`; its arguments are the binary and the root of the repository. Everything stays on 127.0.0.1.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";

const [redan, root] = process.argv.slice(2);
const folder = path.resolve("project");
const TASKS = 150;

// Plain `listen(port)` would be open to the whole network.
fs.writeFileSync("loopback.cjs", `
const net = require("node:net");
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  if (first && typeof first === "object" && first.path === undefined) return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  if (typeof first === "number" || /^[0-9]+$/.test(first)) return listen.call(this, { port: Number(first), host: "127.0.0.1" }, ...rest.filter((one) => typeof one === "function"));
  return listen.call(this, first, ...rest);
};
`);

const port = await new Promise((done) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});
const base = `http://127.0.0.1:${port}`;
const main = JSON.parse(fs.readFileSync("node_modules/emulate/package.json", "utf8"));
const bin = typeof main.bin === "string" ? main.bin : main.bin.emulate;
const emulator = spawn(process.execPath, ["--require", path.resolve("loopback.cjs"), path.join("node_modules/emulate", bin), "start", "--service", "github", "--port", String(port)], { stdio: "ignore" });
process.on("exit", () => emulator.kill());

async function ask(method, where, body) {
  const answer = await fetch(base + where, { method, headers: { authorization: "Bearer test_token_admin" }, body: body && JSON.stringify(body) });
  return { status: answer.status, link: answer.headers.get("link") ?? "", value: await answer.json().catch(() => null) };
}

for (let tries = 0; ; tries += 1) {
  const up = await ask("GET", "/user").catch(() => null);
  if (up) break;
  if (tries > 200) throw new Error("emulate does not answer");
  await new Promise((done) => setTimeout(done, 50));
}
await ask("POST", "/user/repos", { name: "shop" });
const owner = (await ask("GET", "/user")).value.login;
const issues = `/repos/${owner}/shop/issues`;

// Who else could reach the emulator.
const elsewhere = fs.readFileSync("/proc/net/tcp6", "utf8") + fs.readFileSync("/proc/net/tcp", "utf8");
const hex = port.toString(16).toUpperCase().padStart(4, "0");
const listening = elsewhere.split("\n").filter((line) => new RegExp(`^ *[0-9]+: [0-9A-F]+:${hex} .* 0A `).test(line));
const open = listening.filter((line) => !line.includes(`0100007F:${hex}`)).length;

async function all() {
  const found = [];
  let pages = 0;
  for (let page = 1; ; page += 1) {
    const answer = await ask("GET", `${issues}?state=all&per_page=100&page=${page}`);
    pages += 1;
    found.push(...answer.value);
    if (!answer.link.includes('rel="next"')) break;
  }
  return { pages, found: found.sort((a, b) => a.number - b.number) };
}

function model(change = (text) => text) {
  let text = "redan: 1\nid: shop\nname: Shop\nzones: {inside: {trust: internal}}\nelements: {web: {kind: process, zone: inside}}\nthreats:\n";
  for (let n = 1; n <= TASKS; n += 1) text += `  T${n}: {title: Threat ${n}, on: [web], stride: [spoofing], likelihood: 5, impact: 4, mitigations: [m${n}]}\n`;
  text += "mitigations:\n";
  for (let n = 1; n <= TASKS; n += 1) text += `  m${n}: {title: Do ${n}, status: planned, acceptance: [{text: it is done}, {text: it is tested}]}\n`;
  fs.writeFileSync(path.join(folder, "shop.tm.yaml"), change(text));
}

function run(...words) {
  const env = { ...process.env, GITHUB_TOKEN: "test_token_admin" };
  const given = ["backlog", "sync", "--github", `${owner}/shop`, "--server", base, "--packs", "none", "--today", "2026-03-11", "--format", "json", "-q", ...words, "shop.tm.yaml"];
  const ran = spawnSync(redan, given, { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (ran.status !== 0) throw new Error(`redan ${words.join(" ")}: ${ran.status}\n${ran.stdout}\n${ran.stderr}`);
  return JSON.parse(ran.stdout);
}

// The tracker before and after a run: how many issues differ in any field, and how many are more.
async function difference(before) {
  const { found } = await all();
  const changed = found.filter((issue, at) => before[at] && JSON.stringify(issue) !== JSON.stringify(before[at])).length;
  return { changed, made: found.length - before.length, found };
}

fs.rmSync(folder, { recursive: true, force: true });
fs.mkdirSync(path.join(folder, ".git"), { recursive: true });
model();
const numbers = { double: `emulate ${main.version}`, open_to_the_network: open };

numbers.written_without_apply = run().counts.create === TASKS ? (await all()).found.length : -1;
run("--apply");
let { pages, found } = await all();
Object.assign(numbers, { issues_made: found.length, pages });

run("--apply");
let now = await difference(found);
numbers.written_by_a_second_run = now.changed + now.made;

fs.rmSync(path.join(folder, "shop.backlog.yaml"));
const lost = run("--apply");
now = await difference(found);
Object.assign(numbers, { made_without_links: now.made, changed_without_links: now.changed, found_without_links: lost.counts.nothing });

const before = "Ana: please wait\r\n\u00a0| a | b |\r\n\r\n";
const behind = "\r\n\tBob: why? <b>\u00e9</b>  ";
const edited = [1, 75, 150];
for (const number of edited) {
  const { value } = await ask("GET", `${issues}/${number}`);
  const labels = [...value.labels.map((label) => label.name), "team-a"];
  await ask("PATCH", `${issues}/${number}`, { title: `Mine ${number}`, body: before + value.body + behind, labels });
}
({ found } = await all());
run("--apply");
now = await difference(found);
numbers.written_because_of_people = now.changed + now.made;
model((text) => text.replaceAll("it is done", "nothing else works"));
run("--apply");
now = await difference(found);
const kept = now.found.filter((issue) => edited.includes(issue.number))
  .filter((issue) => issue.title === `Mine ${issue.number}` && issue.body.startsWith(before) && issue.body.endsWith(behind) && issue.body.includes("nothing else works") && issue.labels.some((label) => label.name === "team-a"));
Object.assign(numbers, { changed_with_the_model: now.changed, people_edited: edited.length, people_kept: kept.length });

const done = (text) => text.replace("m2: {title: Do 2, status: planned", "m2: {title: Do 2, status: implemented").replace("mitigations: [m2]}", "mitigations: [m2], status: mitigated, because: tested}");
const state = async (number) => (await ask("GET", `${issues}/${number}`)).value.state;
model(done);
run("--apply");
numbers.closed_with_the_model = (await state(2)) === "closed" ? 1 : 0;
model();
run("--apply");
numbers.opened_with_the_model = (await state(2)) === "open" ? 1 : 0;

await ask("PATCH", `${issues}/3`, { state: "closed", state_reason: "completed" });
run("--apply");
numbers.closed_by_a_person_and_left = (await state(3)) === "closed" ? 1 : 0;
const taken = run("--pull", "--apply");
numbers.taken_into_the_model = taken.changes.filter((change) => change.id === "m3" && change.status === "implemented").length;
numbers.says_so_in_the_model = fs.readFileSync(path.join(folder, "shop.tm.yaml"), "utf8").includes("m3: {title: Do 3, status: implemented") ? 1 : 0;
model();
run("--apply", "--reopen");
numbers.opened_when_asked = (await state(3)) === "open" ? 1 : 0;

({ found } = await all());
run("--apply");
now = await difference(found);
numbers.written_by_the_last_run = now.changed + now.made;

// Jira, as far as a first run needs it: no issue yet, and every new one is taken and kept.
const sent = [];
const jira = http.createServer((request, answer) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    answer.setHeader("content-type", "application/json");
    if (request.url === "/rest/api/3/search/jql") return answer.end('{"issues":[],"isLast":true}');
    sent.push(JSON.parse(body).fields.description);
    answer.statusCode = 201;
    answer.end(JSON.stringify({ id: String(sent.length), key: `SHOP-${sent.length}` }));
  });
});
await new Promise((done) => jira.listen(0, "127.0.0.1", done));
const examples = ["web-login/web-login.tm.yaml", "api/orders-api.tm.yaml", "cloud-workload/image-service.tm.yaml", "physical-office/front-office.tm.yaml"];
for (const example of examples) {
  fs.copyFileSync(path.join(root, "examples", example), path.join(folder, path.basename(example)));
  const given = ["backlog", "sync", "--jira", "SHOP", "--server", `http://127.0.0.1:${jira.address().port}`, "--today", "2026-03-11", "--priority", "P0,P1,P2,P3", "-q", "--apply", path.basename(example)];
  const child = spawn(redan, given, { cwd: folder, env: { ...process.env, JIRA_TOKEN: "test" }, stdio: ["ignore", "ignore", "inherit"] });
  const code = await new Promise((done) => child.on("exit", done));
  if (code !== 0) throw new Error(`${example}: ${code}`);
}
const require = createRequire(import.meta.url);
const valid = new (require("ajv"))({ schemaId: "auto", meta: false, unknownFormats: "ignore" });
valid.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
const check = valid.compile(JSON.parse(fs.readFileSync("node_modules/@atlaskit/adf-schema/dist/json-schema/v1/full.json", "utf8")));
const refused = sent.filter((document) => !check(document));
if (refused.length) console.error(JSON.stringify(check.errors).slice(0, 2000));
// A check that refuses nothing would prove nothing.
const broken = sent.map((document) => JSON.parse(JSON.stringify(document).replaceAll('"bulletList"', '"bulletlist"')));
Object.assign(numbers, { jira_documents: sent.length, jira_documents_refused: refused.length, jira_broken_ones_taken: broken.filter((document) => check(document)).length });
jira.close();

console.log(JSON.stringify(numbers));
emulator.kill();
process.exit(0);
