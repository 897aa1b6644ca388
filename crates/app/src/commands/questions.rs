//! `redan questions`: what the model does not say yet and that decides something, most risk settled first.

use clap::Args;
use redan_engine::Analysis;
use redan_engine::analysis::Question;
use redan_report::json::{self, Ids, ModelJson, QuestionJson};
use serde::Serialize;

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome};
use crate::filter::{Checked, Filters};
use crate::human;
use crate::session::{Kept, Opened, Session};
use crate::table::Table;

/// Arguments of `questions`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan questions
  redan questions --on web-app
  redan set web-app.controls.rate-limiting=yes      answers one of them")]
pub(crate) struct QuestionsArgs {
    #[command(flatten)]
    models: Models,
    #[command(flatten)]
    filters: Filters,
    /// How to show them
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    questions: Vec<QuestionJson<'a>>,
}

/// Runs `questions`.
pub(crate) fn run(args: &QuestionsArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    let filters = args.filters.check(&models)?;
    let analysed: Vec<(&Opened, Kept<Analysis>)> = models.iter().map(|model| (model, model.analyse())).collect();
    match args.format {
        ListFormat::Human => {
            for (model, analysis) in &analysed {
                show(model, analysis, &filters, session)?;
            }
        }
        ListFormat::Json => {
            let inputs: Vec<_> = analysed
                .iter()
                .map(|(model, analysis)| {
                    let input = model.input(analysis);
                    (*model, Ids::of(&input), input)
                })
                .collect();
            let documents: Vec<Document<'_>> = inputs
                .iter()
                .map(|(model, ids, input)| Document {
                    version: 1,
                    model: ModelJson::of(input.model, input.sources),
                    questions: selected(model, input.analysis, &filters).into_iter().map(|q| QuestionJson::of(ids, q)).collect(),
                })
                .collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        ListFormat::Csv => table(&analysed, &filters).csv(session.terminal.out())?,
        ListFormat::Md => table(&analysed, &filters).markdown(session.terminal.out())?,
    }
    Ok(Exit::Fine)
}

/// All questions of one model as JSON.
pub(crate) fn json_of(model: &Opened, session: &mut Session<'_>) -> Outcome {
    let analysis = model.analyse();
    let input = model.input(&analysis);
    let ids = Ids::of(&input);
    let questions = analysis.questions.iter().map(|question| QuestionJson::of(&ids, question)).collect();
    let document = Document { version: 1, model: ModelJson::of(input.model, input.sources), questions };
    json::write(session.terminal.out(), &document)?;
    Ok(Exit::Fine)
}

fn selected<'a>(model: &Opened, analysis: &'a Analysis, filters: &Checked) -> Vec<&'a Question> {
    analysis.questions.iter().filter(|question| filters.admits_question(model, &analysis.threats, question)).collect()
}

fn show(model: &Opened, analysis: &Analysis, filters: &Checked, session: &mut Session<'_>) -> std::io::Result<()> {
    human::heading(model, session.terminal)?;
    let questions = selected(model, analysis, filters);
    if questions.is_empty() {
        return writeln!(session.terminal.out(), "\nNothing to answer: the model says all that decides a threat.");
    }
    writeln!(session.terminal.out())?;
    let (width, color) = (session.terminal.width, session.terminal.color);
    human::question_table(&questions).human(session.terminal.out(), width, color)?;
    writeln!(session.terminal.out(), "\n{} questions; {}", questions.len(), human::summary(analysis))?;
    session.terminal.note(&format!("To answer one: redan set {}=…", questions[0].id));
    Ok(())
}

fn table(analysed: &[(&Opened, Kept<Analysis>)], filters: &Checked) -> Table {
    let mut table = Table::new(&["id", "subject", "fact", "question", "safe", "unsafe", "risk", "settles", "hint"]);
    for (model, analysis) in analysed {
        for question in selected(model, analysis, filters) {
            let settles: Vec<&str> = question.settles.iter().map(|ix| analysis.threats[ix.0 as usize].id.as_str()).collect();
            table.row([
                question.id.clone().into(),
                model.loaded.model.id_of(question.fact.thing).into(),
                question.path.to_string().into(),
                question.text.clone().into(),
                question.safe.unwrap_or_default().into(),
                question.unsafe_.unwrap_or_default().into(),
                question.risk.to_string().into(),
                settles.join("; ").into(),
                question.hint.to_string().into(),
            ]);
        }
    }
    table
}
