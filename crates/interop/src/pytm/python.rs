//! `tm.py` files, read as text and never run: assignments of objects and of their fields, as such models have them.
//!
//! Everything else (functions, loops, calculations) is listed as a loss; where it is one argument of many, the others are
//! read all the same. The result is the JSON that pytm reads.

mod token;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use token::{Token, lines};

use crate::draft::Draft;
use crate::{ImportError, Imported, limits};

/// Most statements that are read.
const MAX_STATEMENTS: usize = 100_000;
/// Longest text that is put together, and most items of a list that is.
const MAX_TEXT: usize = 10_000;
const MAX_ITEMS: usize = 1_000;
/// Most bytes that are copied out of variables.
const MAX_COPIED: usize = 4_000_000;
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
    /// Values by the names of variables.
    names: BTreeMap<String, Value>,
    /// Classes by the names that the program has for them.
    classes: BTreeMap<String, &'static str>,
    model: Map<String, Json>,
    /// Bytes that were copied out of variables: a small text could make much of itself.
    copied: usize,
    /// Whether a part of the statement at hand was passed over.
    passed: bool,
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
        self.passed = false;
        self.named_classes(tokens);
        let read = self.statement(tokens).is_some() || is_harmless(tokens);
        let what = match (read, self.passed) {
            (true, false) => return,
            (true, true) => "a part of a statement that is no plain value",
            (false, _) => "a statement that is no plain assignment",
        };
        self.unread.push((what.to_owned(), format!("line {number}")));
    }

    /// `from pytm import Server as Web` and `class Web(Server):` give classes other names.
    fn named_classes(&mut self, tokens: &[Token<'_>]) {
        let known = |name: &str, classes: &BTreeMap<String, &'static str>| {
            CLASSES.iter().find(|(class, _)| *class == name).map(|(class, _)| *class).or_else(|| classes.get(name).copied())
        };
        if let [Token::Word("class"), Token::Word(name), Token::Sign("("), .., Token::Word(base), Token::Sign(")"), Token::Sign(":")] =
            tokens.get(..tokens.iter().position(|token| *token == Token::Sign(":")).map_or(0, |at| at + 1)).unwrap_or_default()
            && let Some(class) = known(base, &self.classes)
        {
            self.classes.insert((*name).to_owned(), class);
        }
        if matches!(tokens.first(), Some(Token::Word("from" | "import"))) {
            for part in tokens.windows(3) {
                if let [Token::Word(name), Token::Word("as"), Token::Word(other)] = part
                    && let Some(class) = known(name, &self.classes)
                {
                    self.classes.insert((*other).to_owned(), class);
                }
            }
        }
    }

    fn statement(&mut self, tokens: &[Token<'_>]) -> Option<()> {
        let mut depth = 0_usize;
        let mut ends = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Sign("(" | "[" | "{") => depth += 1,
                Token::Sign(")" | "]" | "}") => depth = depth.saturating_sub(1),
                Token::Sign("=") if depth == 0 => ends.push(at),
                _ => {}
            }
        }
        let Some(last) = ends.last().copied() else {
            let mut reader = Reader { tokens, at: 0 };
            let value = self.whole(&mut reader)?;
            return matches!(value, Value::Object(_) | Value::Model).then_some(());
        };
        let mut targets = Vec::new();
        let mut start = 0;
        for end in ends {
            targets.push(targets_of(tokens.get(start..end)?)?);
            start = end + 1;
        }
        let mut values = Vec::new();
        let mut reader = Reader { tokens, at: last + 1 };
        values.push(self.whole(&mut reader)?);
        while reader.take(",") {
            if reader.peek().is_some() {
                values.push(self.whole(&mut reader)?);
            }
        }
        if let [Value::List(items)] = values.as_slice()
            && targets.iter().any(|names| names.len() > 1)
        {
            values = items.clone();
        }
        for names in targets {
            match (names.as_slice(), values.as_slice()) {
                ([path], [value]) => self.assign(path, value.clone())?,
                ([path], several) => self.assign(path, Value::List(several.to_vec()))?,
                (names, several) if names.len() == several.len() => {
                    names.iter().zip(several).try_for_each(|(path, value)| self.assign(path, value.clone()))?;
                }
                _ => return None,
            }
        }
        Some(())
    }

    /// A value up to the next comma or the end of the statement; what follows it, such as a condition, is passed over.
    fn whole(&mut self, reader: &mut Reader<'_, '_>) -> Option<Value> {
        let value = self.sum(reader, 0)?;
        if !matches!(reader.peek(), None | Some(Token::Sign(","))) {
            self.passed = true;
            reader.pass();
        }
        Some(value)
    }

    /// Values with `+` between them: texts and lists are put together.
    fn sum(&mut self, reader: &mut Reader<'_, '_>, depth: usize) -> Option<Value> {
        let mut sum = self.value(reader, depth)?;
        while reader.take("+") {
            sum = match (sum, self.value(reader, depth + 1)?) {
                (Value::Plain(Json::String(one)), Value::Plain(Json::String(other))) if one.len() + other.len() < MAX_TEXT => {
                    Value::Plain((one + &other).into())
                }
                (Value::List(one), Value::List(other)) if one.len() + other.len() < MAX_ITEMS => {
                    Value::List(one.into_iter().chain(other).collect())
                }
                (one, _) => {
                    self.passed = true;
                    one
                }
            };
        }
        Some(sum)
    }

    fn assign(&mut self, path: &[&str], value: Value) -> Option<()> {
        match path {
            [name] => {
                // Lists of lists could grow without end from line to line.
                let is_flat = match &value {
                    Value::List(items) => items.len() < MAX_ITEMS && !items.iter().any(|item| matches!(item, Value::List(_))),
                    _ => true,
                };
                if is_flat {
                    self.names.insert((*name).to_owned(), value);
                }
                Some(())
            }
            [name, field] => {
                let json = self.json(&value);
                self.fields_of(name)?.insert((*field).to_owned(), json);
                Some(())
            }
            [name, "controls", control] => {
                let json = self.json(&value);
                let controls = self.fields_of(name)?.entry("controls").or_insert(Json::Null);
                if controls.is_null() {
                    *controls = json!({});
                }
                controls.as_object_mut()?.insert((*control).to_owned(), json);
                Some(())
            }
            _ => None,
        }
    }

    fn fields_of(&mut self, name: &str) -> Option<&mut Map<String, Json>> {
        match self.names.get(name)? {
            Value::Object(ix) => self.objects.get_mut(*ix).map(|(_, fields)| fields),
            Value::Model => Some(&mut self.model),
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
                while let Some(more @ (Token::Text(_) | Token::Format(_))) = reader.peek() {
                    match more {
                        Token::Format(format) => text.push_str(&self.filled(format)),
                        Token::Text(more) => text.push_str(more),
                        _ => {}
                    }
                    reader.at += 1;
                }
                Some(Value::Plain(text.into()))
            }
            Token::Format(ref format) => {
                let mut text = self.filled(format);
                reader.at += 1;
                if let Some(Token::Text(_) | Token::Format(_)) = reader.peek()
                    && let Value::Plain(Json::String(more)) = self.value(reader, depth + 1)?
                {
                    text.push_str(&more);
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
            items.extend(self.part(reader, depth));
            if !reader.take(",") {
                reader.take(close).then_some(())?;
                break;
            }
            commas += 1;
        }
        // Brackets around one value are no list.
        if open == "(" && commas == 0 && items.len() == 1 { items.pop() } else { Some(Value::List(items)) }
    }

    /// A value inside brackets; what is no plain value is passed over, up to the next comma or the end.
    fn part(&mut self, reader: &mut Reader<'_, '_>, depth: usize) -> Option<Value> {
        let start = reader.at;
        let value = self.sum(reader, depth + 1);
        if value.is_none() {
            reader.at = start;
        }
        // `key: value` of a mapping counts by its value's place, not by its value.
        if value.is_none() || !matches!(reader.peek(), Some(Token::Sign("," | ")" | "]" | "}"))) {
            self.passed = true;
            reader.pass();
        }
        value
    }

    /// The value of a variable, as long as not too much was copied.
    fn copy(&mut self, name: &str) -> Option<Value> {
        fn size(value: &Value) -> usize {
            match value {
                Value::Plain(Json::String(text)) => text.len() + 16,
                Value::List(items) => items.iter().map(size).sum::<usize>() + 16,
                _ => 16,
            }
        }
        let value = self.names.get(name)?;
        self.copied += size(value);
        (self.copied < MAX_COPIED).then(|| value.clone())
    }

    /// A text of the form `f"…"` with the variables that are known; the others stay as they are written.
    fn filled(&mut self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                rest = after;
                continue;
            };
            let name = name.trim();
            let field = name.split_once('.').and_then(|(thing, field)| self.fields_of(thing)?.get(field).cloned());
            match field.map(Value::Plain).or_else(|| self.copy(name)) {
                Some(Value::Plain(known)) => out.push_str(&crate::read::scalar(&known)),
                Some(thing @ Value::Object(_)) => out.push_str(&crate::read::scalar(&self.json(&thing))),
                _ => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = behind;
        }
        out + rest
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
            [name] => self.copy(name),
            // `web.name` is what the thing is called.
            [name, field] if matches!(self.names.get(name), Some(Value::Object(_))) => {
                self.fields_of(name).and_then(|fields| fields.get(field).cloned()).map(Value::Plain)
            }
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
            match (key, self.part(reader, depth)) {
                (Some(key), Some(value)) => {
                    fields.insert((*key.first()?).to_owned(), self.json(&value));
                }
                (None, value) => positional.push(value.unwrap_or(Value::Plain(Json::Null))),
                (Some(_), None) => {}
            }
            if !reader.take(",") {
                reader.take(")").then_some(())?;
                break;
            }
        }
        self.made(name, length, &positional, fields)
    }

    fn made(&mut self, name: &str, length: usize, positional: &[Value], mut fields: Map<String, Json>) -> Option<Value> {
        // Assumptions are texts, with more that has no word here.
        if name == "Assumption" {
            let said = positional.first().map(|value| self.json(value)).or_else(|| fields.get("name").cloned());
            return said.map(Value::Plain);
        }
        let named = self.classes.get(name).copied();
        let class = CLASSES.iter().map(|(class, _)| *class).find(|class| *class == name).or(named).filter(|_| length <= 2)?;
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

/// What stands before `=`: names with dots, several between commas, each perhaps with a type.
fn targets_of<'t>(tokens: &[Token<'t>]) -> Option<Vec<Vec<&'t str>>> {
    let mut reader = Reader { tokens, at: 0 };
    let mut targets = Vec::new();
    reader.take("(");
    loop {
        targets.push(reader.path()?);
        match reader.peek() {
            Some(Token::Sign(",")) => reader.at += 1,
            Some(Token::Sign(":")) | None => return Some(targets),
            Some(Token::Sign(")")) if reader.at + 1 == tokens.len() => return Some(targets),
            _ => return None,
        }
    }
}

/// Statements that make nothing of the model.
fn is_harmless(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [] => true,
        [Token::Word("import" | "from" | "pass"), ..] | [Token::Text(_)] => true,
        [Token::Word("if"), Token::Word("__name__"), ..] => true,
        [Token::Word("class" | "return" | "global" | "print"), ..] => true,
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

    /// Goes on to the next comma, or to the bracket that closes what the reader is in.
    fn pass(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token {
                Token::Sign("(" | "[" | "{") => depth += 1,
                Token::Sign("," | ")" | "]" | "}") if depth == 0 => return,
                Token::Sign(")" | "]" | "}") => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
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
            imported.loss.iter().filter(|loss| loss.what.contains("statement")).map(|loss| loss.place.as_str()).collect();
        assert_eq!(lines, ["line 24", "line 25", "line 26"]);
    }

    #[test]
    fn unusual_programs_lose_what_is_calculated_and_nothing_else() {
        let text = r#"
from pytm import TM, Server as Web, Data, Dataflow, Actor, Assumption
NAME = "Shop"
tm = TM(f"{NAME} model, {unknown}")
tm.assumptions = ["a", Assumption("b", exclude={"X": 1})]
class Api(Web):
    pass
user: Actor = Actor("U" + "ser", tags={"a": 1})
web = shop = Web("Web", port=compute(1, 2), maxClassification=[x for x in y])
api = Api("Api") if NAME else None
tok, cookie = Data("Token"), Data("Cookie")
f = Dataflow(sink=web, source=user, name=f"to {web.name}")
f.data = [tok, cookie]
shop.description = NAME + "!"
for i in range(2):
    Dataflow(web, api, f"loop {i}")
"#;
        let imported = read(text.as_bytes()).unwrap();
        let model = &imported.model;
        assert_eq!(model["name"], "Shop model, {unknown}");
        assert_eq!(model["assumptions"].as_object().map(Map::len), Some(2));
        let names: Vec<&str> = model["elements"].as_object().unwrap().values().filter_map(|entry| entry["name"].as_str()).collect();
        assert_eq!(names, ["User", "Web", "Api"]);
        assert_eq!(model["elements"]["web"]["description"], "Shop!");
        let flows: Vec<&str> = model["flows"].as_object().unwrap().values().filter_map(|flow| flow["label"].as_str()).collect();
        assert_eq!(flows, ["to Web", "loop {i}"]);
        assert_eq!(model["flows"]["to-web"]["carries"], json!(["token", "cookie"]));
        let lines: Vec<&str> =
            imported.loss.iter().filter(|loss| loss.what.contains("statement")).map(|loss| loss.place.as_str()).collect();
        assert_eq!(lines, ["line 5", "line 8", "line 9", "line 10", "line 15"]);
    }

    #[test]
    fn variables_do_not_grow_without_end() {
        let mut text = format!("s = \"{}\"\nl = [{}]\nweb = Server(\"Web\")\n", "x".repeat(9_000), "s, ".repeat(900));
        (0..2_000).for_each(|_| text.push_str("web.description = l\ns = f\"{s}{s}\"\n"));
        let imported = read(text.as_bytes()).unwrap();
        assert!(imported.model.to_string().len() < 10_000_000);
    }

    #[test]
    fn other_programs_are_refused_and_nothing_panics() {
        assert!(read(b"print('hello')").is_err());
        assert!(read(b"x = Server('a").is_err() || read(b"x = Server('a").is_ok());
        let deep = format!("x = {}", "[".repeat(10_000));
        assert!(read(deep.as_bytes()).is_err());
    }
}
