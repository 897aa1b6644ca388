//! `tm.py` files, read as text and never run: assignments of objects and of their fields, as such models have them.
//!
//! Everything else (functions, loops, calculations) is listed as a loss. The result is the JSON that pytm reads.

mod token;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use token::{Token, lines};

use crate::draft::Draft;
use crate::{ImportError, Imported, limits};

/// Most statements that are read.
const MAX_STATEMENTS: usize = 100_000;
/// Deepest nesting of lists and calls.
const MAX_NESTING: usize = 24;

/// Classes of things in a model, and the list that each goes into.
const CLASSES: [(&str, &str); 14] = [
    ("Boundary", "boundaries"),
    ("Data", "data"),
    ("Dataflow", "flows"),
    ("Actor", "elements"),
    ("Agent", "elements"),
    ("Asset", "elements"),
    ("Server", "elements"),
    ("ExternalEntity", "elements"),
    ("Lambda", "elements"),
    ("LLM", "elements"),
    ("Datastore", "elements"),
    ("Process", "elements"),
    ("SetOfProcesses", "elements"),
    ("TM", ""),
];

/// Reads a file.
///
/// # Errors
/// The bytes are no text, or make no model.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let text = limits::text(bytes)?;
    let mut program = Program::default();
    for line in lines(text).into_iter().take(MAX_STATEMENTS) {
        program.line(&line.tokens, line.number);
    }
    if program.objects.is_empty() {
        return Err(ImportError::NotTheFormat("it makes no object of pytm, such as `Server(\"Web\")`".to_owned()));
    }
    let unread = std::mem::take(&mut program.unread);
    let document = program.document();
    super::read_document(&document, |draft: &mut Draft| {
        for (what, place) in unread {
            draft.dropped(what, place);
        }
    })
}

#[derive(Default)]
struct Program {
    /// Things in the order in which they are made: class and fields.
    objects: Vec<(&'static str, Map<String, Json>)>,
    /// Things by the names of variables.
    names: BTreeMap<String, usize>,
    model: Map<String, Json>,
    unread: Vec<(String, String)>,
}

/// A value: text, number and so on, or a thing that was made.
#[derive(Debug, Clone)]
enum Value {
    Plain(Json),
    Object(usize),
    List(Vec<Value>),
    /// The model itself.
    Model,
}

impl Program {
    fn line(&mut self, tokens: &[Token<'_>], number: usize) {
        let mut reader = Reader { tokens, at: 0 };
        if self.statement(&mut reader).is_none() && !is_harmless(tokens) {
            self.unread.push(("a statement that is no plain assignment".to_owned(), format!("line {number}")));
        }
    }

    fn statement(&mut self, reader: &mut Reader<'_, '_>) -> Option<()> {
        let start = reader.at;
        let path = reader.path();
        if let Some(path) = path.filter(|_| reader.take("=")) {
            let value = self.value(reader, 0)?;
            reader.end()?;
            return self.assign(&path, value);
        }
        reader.at = start;
        let value = self.value(reader, 0)?;
        reader.end()?;
        matches!(value, Value::Object(_) | Value::Model).then_some(())
    }

    fn assign(&mut self, path: &[&str], value: Value) -> Option<()> {
        match path {
            [name] => {
                if let Value::Object(ix) = value {
                    self.names.insert((*name).to_owned(), ix);
                } else if matches!(value, Value::Model) {
                    self.names.insert((*name).to_owned(), usize::MAX);
                }
                Some(())
            }
            [name, field] => {
                let json = self.json(&value);
                let ix = *self.names.get(*name)?;
                let fields = if ix == usize::MAX { &mut self.model } else { &mut self.objects.get_mut(ix)?.1 };
                fields.insert((*field).to_owned(), json);
                Some(())
            }
            [name, "controls", control] => {
                let json = self.json(&value);
                let ix = *self.names.get(*name)?;
                let controls = self.objects.get_mut(ix)?.1.entry("controls").or_insert(Json::Null);
                if controls.is_null() {
                    *controls = json!({});
                }
                controls.as_object_mut()?.insert((*control).to_owned(), json);
                Some(())
            }
            _ => None,
        }
    }

    /// Things are named by their names.
    fn json(&self, value: &Value) -> Json {
        match value {
            Value::Plain(json) => json.clone(),
            Value::Object(ix) => self.objects.get(*ix).and_then(|(_, fields)| fields.get("name")).cloned().unwrap_or_default(),
            Value::List(items) => items.iter().map(|item| self.json(item)).collect::<Vec<_>>().into(),
            Value::Model => Json::Null,
        }
    }

    fn value(&mut self, reader: &mut Reader<'_, '_>, depth: usize) -> Option<Value> {
        if depth > MAX_NESTING {
            return None;
        }
        match *reader.peek()? {
            Token::Text(ref text) => {
                let mut text = text.clone();
                reader.at += 1;
                // Texts that stand side by side are one.
                while let Some(Token::Text(more)) = reader.peek() {
                    text.push_str(more);
                    reader.at += 1;
                }
                Some(Value::Plain(text.into()))
            }
            Token::Number(number) => {
                reader.at += 1;
                Some(Value::Plain(number.parse::<f64>().ok().map(number_json).unwrap_or_default()))
            }
            Token::Sign(open @ ("[" | "(" | "{")) => {
                reader.at += 1;
                self.list(reader, open, depth)
            }
            Token::Sign("-") => {
                reader.at += 1;
                let Value::Plain(Json::Number(number)) = self.value(reader, depth + 1)? else { return None };
                Some(Value::Plain(number_json(-number.as_f64()?)))
            }
            Token::Word(_) => self.named(reader, depth),
            Token::Sign(_) => None,
        }
    }

    fn list(&mut self, reader: &mut Reader<'_, '_>, open: &str, depth: usize) -> Option<Value> {
        let close = match open {
            "[" => "]",
            "(" => ")",
            _ => "}",
        };
        let mut items = Vec::new();
        let mut commas = 0;
        while !reader.take(close) {
            items.push(self.value(reader, depth + 1)?);
            if !reader.take(",") {
                reader.take(close).then_some(())?;
                break;
            }
            commas += 1;
        }
        // Brackets around one value are no list.
        if open == "(" && commas == 0 && items.len() == 1 { items.pop() } else { Some(Value::List(items)) }
    }

    /// A variable, a word such as `True`, a member of an enumeration, or an object in the making.
    fn named(&mut self, reader: &mut Reader<'_, '_>, depth: usize) -> Option<Value> {
        let path = reader.path()?;
        let last = *path.last()?;
        if reader.take("(") {
            return self.call(reader, last, path.len(), depth);
        }
        match path[..] {
            ["True"] => Some(Value::Plain(true.into())),
            ["False"] => Some(Value::Plain(false.into())),
            ["None"] => Some(Value::Plain(Json::Null)),
            [name] => self.names.get(name).map(|ix| if *ix == usize::MAX { Value::Model } else { Value::Object(*ix) }),
            [.., "Classification" | "TLSVersion" | "Lifetime" | "DatastoreType" | "Action", member] => Some(Value::Plain(member.into())),
            _ => None,
        }
    }

    fn call(&mut self, reader: &mut Reader<'_, '_>, name: &str, length: usize, depth: usize) -> Option<Value> {
        let mut positional = Vec::new();
        let mut fields = Map::new();
        while !reader.take(")") {
            let start = reader.at;
            let key = reader.path().filter(|path| path.len() == 1 && reader.take("="));
            if key.is_none() {
                reader.at = start;
            }
            let value = self.value(reader, depth + 1)?;
            match key {
                Some(key) => {
                    fields.insert((*key.first()?).to_owned(), self.json(&value));
                }
                None => positional.push(value),
            }
            if !reader.take(",") {
                reader.take(")").then_some(())?;
                break;
            }
        }
        self.made(name, length, &positional, fields)
    }

    fn made(&mut self, name: &str, length: usize, positional: &[Value], mut fields: Map<String, Json>) -> Option<Value> {
        let (class, _) = *CLASSES.iter().find(|(class, _)| *class == name).filter(|_| length <= 2)?;
        let names: &[&str] = if class == "Dataflow" { &["source", "sink", "name"] } else { &["name", "description"] };
        for (key, value) in names.iter().zip(positional) {
            fields.insert((*key).to_owned(), self.json(value));
        }
        if class == "TM" {
            self.model.extend(fields);
            return Some(Value::Model);
        }
        if self.objects.len() >= MAX_STATEMENTS {
            return None;
        }
        self.objects.push((class, fields));
        Some(Value::Object(self.objects.len() - 1))
    }

    fn document(self) -> Json {
        let mut file = self.model;
        for list in ["boundaries", "data", "elements", "flows"] {
            file.insert(list.to_owned(), json!([]));
        }
        for (class, mut fields) in self.objects {
            let list = CLASSES.iter().find(|(known, _)| *known == class).map(|(_, list)| *list).unwrap_or_default();
            if list == "elements" {
                fields.insert("__class__".to_owned(), class.into());
            }
            if let Some(list) = file.get_mut(list).and_then(Json::as_array_mut) {
                list.push(fields.into());
            }
        }
        file.into()
    }
}

fn number_json(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 1e15 { json!(number as i64) } else { json!(number) }
}

/// Statements that make nothing of the model.
fn is_harmless(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [] => true,
        [Token::Word("import" | "from" | "pass"), ..] | [Token::Text(_)] => true,
        [Token::Word("if"), Token::Word("__name__"), ..] => true,
        // `tm.process()` starts the tool; seeds of random numbers only fix its colours.
        [Token::Word(_), Token::Sign("."), Token::Word("process" | "seed"), ..] => true,
        _ => false,
    }
}

struct Reader<'t, 'l> {
    tokens: &'l [Token<'t>],
    at: usize,
}

impl<'t, 'l> Reader<'t, 'l> {
    fn peek(&self) -> Option<&'l Token<'t>> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: &str) -> bool {
        let here = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(here);
        here
    }

    fn end(&self) -> Option<()> {
        (self.at == self.tokens.len()).then_some(())
    }

    /// Words with dots between them.
    fn path(&mut self) -> Option<Vec<&'t str>> {
        let mut path = Vec::new();
        loop {
            let Some(Token::Word(word)) = self.peek() else { return None };
            path.push(*word);
            self.at += 1;
            if !self.take(".") {
                return Some(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &str = r#"#!/usr/bin/env python3
from pytm import (TM, Actor,
    Server)
import random
random.seed(0)
tm = TM("Shop", description="Sells")
tm.isOrdered = True
tm.assumptions = [Assumption("x")]
net = Boundary("Internet")  # a comment
user = Actor("User"); user.inBoundary = net
web = Server(
    "Web \"1\"",
    port=443,
    controls=None,
)
web.controls.isHardened = True
web.description = """Two
lines"""
db = Datastore("DB", type=DatastoreType.SQL)
secret = Data("Password", classification=Classification.SECRET, isCredentials=True)
visit = Dataflow(user, web, "Vis" 'it')
visit.data = [secret]
visit.protocol = "HTTPS"
for i in range(3):
    Server("S" + str(i))
Dataflow(web, db, "Query").note = "lost"
if __name__ == "__main__":
    tm.process()
"#;

    #[test]
    fn things_and_their_fields_are_read_and_the_rest_is_listed() {
        let imported = read(SHOP.as_bytes()).unwrap();
        let model = &imported.model;
        assert_eq!((&model["name"], &model["description"]), (&json!("Shop"), &json!("Sells")));
        assert_eq!(model["elements"]["user"]["zone"], json!(["internet"]));
        assert_eq!(model["elements"]["web-1"]["description"], "Two\nlines");
        assert_eq!((&model["flows"]["visit"]["from"], &model["flows"]["visit"]["carries"]), (&json!("user"), &json!(["password"])));
        assert_eq!(model["assets"]["password"]["confidentiality"], "critical");
        let lines: Vec<&str> =
            imported.loss.iter().filter(|loss| loss.what.contains("plain assignment")).map(|loss| loss.place.as_str()).collect();
        assert_eq!(lines, ["line 8", "line 24", "line 25", "line 26"]);
    }

    #[test]
    fn other_programs_are_refused_and_nothing_panics() {
        assert!(read(b"print('hello')").is_err());
        assert!(read(b"x = Server('a").is_err() || read(b"x = Server('a").is_ok());
        let deep = format!("x = {}", "[".repeat(10_000));
        assert!(read(deep.as_bytes()).is_err());
    }
}
