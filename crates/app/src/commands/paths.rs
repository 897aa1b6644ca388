//! `redan paths`: how an attacker gets to what is worth protecting.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use redan_engine::Analysis;
use redan_engine::paths::{Goal, Path, Paths, Request, Step, paths};
use redan_model::{Model, Thing};
use redan_report::diagram::{self, Scene, View};
use redan_report::json::{self, ModelJson, PathsJson};
use redan_report::telling::{self, capital, percent};

use crate::exit::{Exit, Failure, Outcome, usage};
use crate::filter::suggestion;
use crate::human;
use crate::session::{Opened, Session};
use crate::table::Table;

/// Goals and rows that are shown; `-v` shows all.
const SHOWN: usize = 5;

/// Arguments of `paths`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan paths                                  the goals that matter most, with the likeliest ways to each
  redan paths shop.tm.yaml --to orders -k 10   ten ways to one asset
  redan paths --to order-db --from internet    from one zone to one element
  redan paths --with-questions                 as if every open question had the bad answer
  redan paths --to orders --format svg -o path.svg

A path uses open, accepted and transferred threats. What is mitigated cannot be used.")]
pub(crate) struct PathsArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Only ways to this asset or element, or these
    #[arg(long, value_name = "ASSET|ELEMENT", value_delimiter = ',')]
    to: Vec<String>,
    /// Only from this attacker, zone or element, or these
    #[arg(long, value_name = "ATTACKER|ZONE", value_delimiter = ',')]
    from: Vec<String>,
    /// The most ways to one goal
    #[arg(short, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    k: u16,
    /// Also use threats that wait for answers; such steps are marked
    #[arg(long)]
    with_questions: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t = PathsFormat::Human)]
    format: PathsFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PathsFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
    /// The data flow diagram with the first path pointed out
    Svg,
}

/// Runs `paths`.
pub(crate) fn run(args: &PathsArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_one(args.model.as_deref())?;
    let model = &opened.loaded.model;
    let request = request(args, model)?;
    let analysis = opened.analyse();
    let found = paths(model, &opened.knowledge, &analysis, &request);
    match args.format {
        PathsFormat::Json => {
            let head = ModelJson::of(model, &opened.loaded.sources);
            json::write(session.terminal.out(), &PathsJson::of(head, model, &opened.knowledge, &analysis, &found))?;
        }
        PathsFormat::Svg => {
            let Some(path) = found.goals.first().and_then(|goal| goal.paths.first()) else {
                return Err(Failure::NothingToCheck(format!("{}: no path leads to a goal", opened.shown)).into());
            };
            let mut view = View::level(1);
            view.highlight = path.things();
            let mut text = diagram::svg(&Scene::of(&opened.input(&analysis), &view));
            if !text.ends_with('\n') {
                text.push('\n');
            }
            session.terminal.out().write_all(text.as_bytes())?;
        }
        PathsFormat::Human => {
            human::heading(&opened, session.terminal)?;
            Said { opened: &opened, model, analysis: &analysis, found: &found }.write(args, session)?;
        }
    }
    Ok(Exit::Fine)
}

fn request(args: &PathsArgs, model: &Model) -> anyhow::Result<Request> {
    let mut to = Vec::new();
    for id in &args.to {
        match model.find(id) {
            Some(thing @ (Thing::Asset(_) | Thing::Element(_))) => to.push(thing),
            _ => {
                let assets = model.assets.iter().map(|asset| asset.identity.id.as_str());
                let known: Vec<&str> = assets.chain(model.elements.iter().map(|element| element.identity.id.as_str())).collect();
                return Err(usage(format!("the model has no asset or element `{id}`{}", suggestion(id, known.iter().copied()))));
            }
        }
    }
    let attackers = &model.root.attackers.entries;
    for id in &args.from {
        let is_place = matches!(model.find(id), Some(Thing::Zone(_) | Thing::Element(_)));
        if !is_place && !attackers.contains_key(id.as_str()) {
            let zones = model.zones.iter().map(|zone| zone.identity.id.as_str());
            let known: Vec<&str> = attackers.keys().map(String::as_str).chain(zones).collect();
            return Err(usage(format!("the model has no attacker, zone or element `{id}`{}", suggestion(id, known.iter().copied()))));
        }
    }
    Ok(Request { to, from: args.from.clone(), most: usize::from(args.k), questions: args.with_questions, ..Request::default() })
}

/// What there is to say.
struct Said<'a> {
    opened: &'a Opened,
    model: &'a Model,
    analysis: &'a Analysis,
    found: &'a Paths,
}

impl Said<'_> {
    fn write(&self, args: &PathsArgs, session: &mut Session<'_>) -> io::Result<()> {
        let all = session.common.verbose || !args.to.is_empty();
        let (width, color) = (session.terminal.width, session.terminal.color);
        let out = session.terminal.out();
        self.attackers(out)?;
        if self.found.goals.is_empty() {
            writeln!(out, "\nNo path leads from there to a goal: no open threat can be used.")?;
            if !args.with_questions {
                writeln!(out, "--with-questions also uses threats that wait for answers.")?;
            }
            return Ok(());
        }
        let shown = if all { usize::MAX } else { SHOWN };
        for goal in self.found.goals.iter().take(shown) {
            self.goal(goal, out)?;
        }
        let more = self.found.goals.len().saturating_sub(shown);
        if more > 0 {
            writeln!(out, "\n{more} more goals can be reached; -v shows all, --to ID those of one asset or element.")?;
        }
        let mut table = Table::new(&["worth attacking", "score", "goals through it"]);
        for attraction in self.found.attractions.iter().take(if all { usize::MAX } else { SHOWN }) {
            let name = self.model.name_of(Thing::Element(attraction.element)).to_owned();
            table.row([name.into(), format!("{:.2}", attraction.score).into(), attraction.goals.to_string().into()]);
        }
        if !table.is_empty() {
            writeln!(out)?;
            table.human(out, width, color)?;
        }
        Ok(())
    }

    fn attackers(&self, out: &mut dyn io::Write) -> io::Result<()> {
        for attacker in &self.found.attackers {
            let starts: Vec<&str> = attacker.starts.iter().map(|start| self.name(*start)).collect();
            let mut about = Vec::new();
            about.extend(attacker.skill.map(|skill| format!("skill {skill} of 5")));
            about.extend(attacker.insider.then(|| "an insider".to_owned()));
            let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
            let at = if starts.is_empty() { "nowhere: the place holds no element".to_owned() } else { format!("at {}", starts.join(", ")) };
            writeln!(out, "{}{about} starts {at}.", capital(&attacker.name))?;
        }
        if self.found.attackers.is_empty() {
            writeln!(out, "Nobody starts anywhere: the model has no attackers and no zone with trust 0 that holds something.")?;
        }
        Ok(())
    }

    fn goal(&self, goal: &Goal, out: &mut dyn io::Write) -> io::Result<()> {
        let (done, ways) = (capital(&telling::done(self.model, goal.target)), telling::ways(&goal.paths));
        writeln!(out, "\n{done}: {} likely by {ways}", percent(goal.probability))?;
        for (at, path) in goal.paths.iter().enumerate() {
            self.path(at + 1, path, out)?;
        }
        for point in telling::choke_points(goal).take(SHOWN) {
            writeln!(out, "  {}", telling::choke_point(self.model, self.analysis, goal, point))?;
        }
        if !goal.complete {
            writeln!(out, "  The search stopped at its bound; there may be more ways.")?;
        }
        Ok(())
    }

    fn path(&self, number: usize, path: &Path, out: &mut dyn io::Write) -> io::Result<()> {
        let attacker = &self.found.attackers[path.attacker].name;
        writeln!(out, "  {number}. {}: {attacker} starts at {}", percent(path.probability), self.name(path.start))?;
        let mut told = Vec::new();
        for step in &path.steps {
            writeln!(out, "     - {}", self.step(step))?;
            let Some(at) = step.threat.filter(|at| !told.contains(at)) else { continue };
            told.push(at);
            let threat = &self.analysis.threats[at];
            let fix = threat.fix(&self.opened.knowledge).trim();
            if step.question {
                writeln!(out, "       only if the answer to an open question is bad; `redan explain {}` tells", threat.id)?;
            } else if !fix.is_empty() {
                writeln!(out, "       cut it: {}", fix.split_whitespace().collect::<Vec<_>>().join(" "))?;
            } else if !threat.mitigations.is_empty() {
                writeln!(out, "       cut it: {}", threat.mitigations.join(", "))?;
            }
        }
        if !path.assumptions.is_empty() {
            writeln!(out, "     rests on unconfirmed assumptions: {}", path.assumptions.join(", "))?;
        }
        if !path.questions.is_empty() {
            writeln!(out, "     rests on open questions: {}", path.questions.join(", "))?;
        }
        Ok(())
    }

    fn step(&self, step: &Step) -> String {
        let told = telling::step(self.model, step);
        let Some(threat) = step.threat.map(|at| &self.analysis.threats[at]) else { return told };
        format!("{told}: {} [{}] {}", threat.title, threat.id, percent(step.probability))
    }

    fn name(&self, element: redan_model::ElementIx) -> &str {
        self.model.name_of(Thing::Element(element))
    }
}
