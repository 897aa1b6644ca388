//! Writing of documents: JSON that people can read too, two spaces a level, straight to a writer.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use serde_json::value::RawValue;

/// How much is gathered before it goes out.
const CHUNK: usize = 64 * 1024;

/// Writes a document with a line end after it.
///
/// # Errors
/// When the writer fails.
pub fn write(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    let chunks = Chunks { out, bytes: Vec::with_capacity(2 * CHUNK) };
    let mut serializer = Serializer::with_formatter(chunks, Indented::default());
    document.serialize(&mut serializer)?;
    let mut chunks = serializer.into_inner();
    chunks.write_all(b"\n")?;
    chunks.flush()
}

/// A part of a document that many places have in common, turned into JSON once; [`write`] lays it out where it stands.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub(super) struct Fragment(Box<RawValue>);

impl Fragment {
    /// A part of a document; `null` for what is no JSON, such as a map whose keys are lists.
    pub(super) fn of(value: &impl Serialize) -> Self {
        let mut text = Vec::new();
        let written = value.serialize(&mut Serializer::with_formatter(&mut text, Indented::default()));
        let text = written.ok().and_then(|()| String::from_utf8(text).ok());
        Self(text.and_then(|text| RawValue::from_string(text).ok()).unwrap_or_else(|| RawValue::NULL.to_owned()))
    }
}

/// Writes what is said of several models: one document for one model, else a list of documents.
///
/// # Errors
/// When the writer fails.
pub fn write_each<D: Serialize>(out: &mut dyn Write, documents: &[D]) -> io::Result<()> {
    match documents {
        [one] => write(out, one),
        several => write(out, &several),
    }
}

/// Gathers the many short pieces of a document, of which a writer behind a pointer would see every one.
struct Chunks<'w> {
    out: &'w mut dyn Write,
    bytes: Vec<u8>,
}

impl Chunks<'_> {
    #[cold]
    fn pass_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

impl Write for Chunks<'_> {
    #[inline]
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece)?;
        Ok(piece.len())
    }

    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(piece);
        if self.bytes.len() >= CHUNK { self.pass_on() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()
    }
}

/// A separator, a line end and the blanks of the deepest line that is written in one piece.
const LINE: &[u8; 66] = b",\n                                                                ";
const PER_LEVEL: usize = 2;

/// The same bytes as `serde_json`'s own pretty form, with one piece for the start of a line.
#[derive(Debug, Default)]
struct Indented {
    level: usize,
    has_items: bool,
}

impl Indented {
    #[inline]
    fn line(&self, out: &mut (impl Write + ?Sized), first: bool) -> io::Result<()> {
        let from = usize::from(first);
        let blanks = self.level * PER_LEVEL;
        match LINE.get(from..2 + blanks) {
            Some(line) => out.write_all(line),
            None => {
                out.write_all(&LINE[from..2])?;
                (0..blanks).try_for_each(|_| out.write_all(b" "))
            }
        }
    }

    fn open(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.level += 1;
        self.has_items = false;
        out.write_all(bracket)
    }

    fn close(&mut self, out: &mut (impl Write + ?Sized), bracket: &[u8]) -> io::Result<()> {
        self.level -= 1;
        if self.has_items {
            self.line(out, true)?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Indented {
    #[inline]
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    #[inline]
    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    #[inline]
    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    #[inline]
    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    #[inline]
    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    #[inline]
    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    #[inline]
    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.line(out, first)
    }

    #[inline]
    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    #[inline]
    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    /// The lines of a fragment, moved to where it stands; inside texts there are no line ends.
    fn write_raw_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.starts_with('"') {
            return out.write_all(fragment.as_bytes());
        }
        let mut lines = fragment.split('\n');
        out.write_all(lines.next().unwrap_or_default().as_bytes())?;
        lines.try_for_each(|line| {
            self.line(out, true)?;
            out.write_all(line.as_bytes())
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{CHUNK, Fragment, write};

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        write(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".*".prop_map(Value::from)
        ];
        leaf.prop_recursive(6, 64, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".*", inner), 0..5).prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn documents_read_as_the_usual_pretty_form(value in any_value()) {
            prop_assert_eq!(written(&value), serde_json::to_string_pretty(&value).unwrap() + "\n");
        }

        #[test]
        fn a_fragment_is_laid_out_where_it_stands(value in any_value()) {
            let fragment = Fragment::of(&value);
            let mut out = Vec::new();
            write(&mut out, &[(&fragment, 1), (&fragment, 2)]).unwrap();
            let plain = serde_json::to_string_pretty(&[(&value, 1), (&value, 2)]).unwrap() + "\n";
            prop_assert_eq!(String::from_utf8(out).unwrap(), plain);
        }
    }

    #[test]
    fn depth_and_length_beyond_one_piece_change_nothing() {
        let deep = (0..60).fold(Value::from("x".repeat(3 * CHUNK)), |inner, _| Value::from(vec![inner, Value::Null]));
        assert_eq!(written(&deep), serde_json::to_string_pretty(&deep).unwrap() + "\n");
    }
}
