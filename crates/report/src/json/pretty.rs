//! A serializer for JSON that people can read too: the bytes of `serde_json`'s pretty form, in a third of the time.
//!
//! A document about a large system has a hundred megabytes of short texts, and `serde_json` looks at every character of
//! every key and hands on three pieces a text. Here a text is looked at eight bytes at a time and a key is one piece with
//! its line; what most threats have in common is laid out once and copied.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{self, Impossible};

/// How much is gathered before it goes out.
pub(super) const CHUNK: usize = 64 * 1024;
/// The depth at which threats have their fields, and for which fragments are laid out.
pub(super) const FIELD_LEVEL: usize = 3;
/// Blanks of a level.
const PER_LEVEL: usize = 2;
/// A separator, a line end and the blanks of the deepest line that is written in one piece.
const LINE: &[u8; 66] = b",\n                                                                ";
/// How `serde_json` marks a text that is JSON already.
const RAW: &str = "$serde_json::private::RawValue";

/// Why a document cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The writer failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What is no JSON, such as a map whose keys are lists.
    #[error("{0}")]
    Value(String),
}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Value(message.to_string())
    }
}

/// The serializer, and what was written and has not gone out yet.
pub(super) struct Pretty<'w> {
    out: &'w mut dyn Write,
    bytes: Vec<u8>,
    level: usize,
    has_items: bool,
}

impl<'w> Pretty<'w> {
    /// Writes to `out`, as if at a depth.
    pub(super) fn new(out: &'w mut dyn Write, level: usize) -> Self {
        Self { out, bytes: Vec::new(), level, has_items: false }
    }

    /// Passes on what is left, with something behind it.
    pub(super) fn finish(mut self, end: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(end);
        self.pass_on()
    }

    #[cold]
    fn pass_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    #[inline]
    fn line(&mut self, first: bool) {
        let from = usize::from(first);
        let blanks = self.level * PER_LEVEL;
        match LINE.get(from..2 + blanks) {
            Some(line) => self.bytes.extend_from_slice(line),
            None => {
                self.bytes.extend_from_slice(&LINE[from..2]);
                self.bytes.resize(self.bytes.len() + blanks, b' ');
            }
        }
    }

    #[inline]
    fn open(&mut self, bracket: u8) {
        self.level += 1;
        self.has_items = false;
        self.bytes.push(bracket);
    }

    #[inline]
    fn close(&mut self, bracket: u8) -> Result<(), Error> {
        self.level -= 1;
        if self.has_items {
            self.line(true);
        }
        self.bytes.push(bracket);
        self.has_items = true;
        if self.bytes.len() >= CHUNK {
            self.pass_on()?;
        }
        Ok(())
    }

    /// A line with a key that needs no escapes, as names of fields do not.
    #[inline]
    fn field(&mut self, key: &'static str, first: bool) {
        self.line(first);
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\": ");
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.bytes.reserve(text.len() + 2);
        self.bytes.push(b'"');
        let plain = plain_until(text.as_bytes());
        let (before, rest) = text.as_bytes().split_at(plain);
        self.bytes.extend_from_slice(before);
        if !rest.is_empty() {
            self.escaped(rest);
        }
        self.bytes.push(b'"');
    }

    #[cold]
    fn escaped(&mut self, text: &[u8]) {
        for byte in text {
            let short = match byte {
                b'"' | b'\\' => *byte,
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                0x08 => b'b',
                0x0C => b'f',
                0x00..=0x1F => {
                    let hex = |half: u8| char::from_digit(half.into(), 16).map_or(b'0', |digit| digit as u8);
                    self.bytes.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 0xF)]);
                    continue;
                }
                _ => {
                    self.bytes.push(*byte);
                    continue;
                }
            };
            self.bytes.extend_from_slice(&[b'\\', short]);
        }
    }

    /// JSON that is laid out for [`FIELD_LEVEL`], moved to where it stands; inside texts there are no line ends.
    fn raw(&mut self, json: &str) {
        if self.level == FIELD_LEVEL {
            return self.bytes.extend_from_slice(json.as_bytes());
        }
        for (at, line) in json.split('\n').enumerate() {
            if at > 0 {
                self.line(true);
            }
            let blanks = line.bytes().take(if at > 0 { FIELD_LEVEL * PER_LEVEL } else { 0 }).take_while(|byte| *byte == b' ').count();
            self.bytes.extend_from_slice(&line.as_bytes()[blanks..]);
        }
    }

    /// What `serde_json` writes in its own way, such as numbers with a fraction.
    fn other(&mut self, value: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.bytes, &value).map_err(ser::Error::custom)
    }
}

/// How many bytes at the start of a text need no escape.
fn plain_until(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // A byte below `n` (at most 0x80) borrows into its own highest bit; so does one that equals a byte, once that is taken away.
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    let is = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let mut at = 0;
    for block in text.as_chunks::<8>().0 {
        let word = u64::from_le_bytes(*block);
        if below(word, 0x20) | is(word, b'"') | is(word, b'\\') != 0 {
            break;
        }
        at += 8;
    }
    let rest = &text[at..];
    at + rest.iter().position(|byte| *byte < 0x20 || matches!(byte, b'"' | b'\\')).unwrap_or(rest.len())
}

/// A list or an object under way.
pub(super) struct Compound<'a, 'w> {
    pretty: &'a mut Pretty<'w>,
    first: bool,
    bracket: u8,
    /// Whether the object around it, which names its variant, ends with it.
    in_variant: bool,
    /// Whether it is a text that is JSON already.
    is_raw: bool,
}

impl<'a, 'w> Compound<'a, 'w> {
    fn open(pretty: &'a mut Pretty<'w>, bracket: u8) -> Self {
        pretty.open(bracket);
        Self { pretty, first: true, bracket: if bracket == b'[' { b']' } else { b'}' }, in_variant: false, is_raw: false }
    }

    fn of_variant(pretty: &'a mut Pretty<'w>, variant: &'static str, bracket: u8) -> Self {
        pretty.open(b'{');
        pretty.field(variant, true);
        Self { in_variant: true, ..Self::open(pretty, bracket) }
    }

    #[inline]
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.pretty.line(std::mem::take(&mut self.first));
        value.serialize(&mut *self.pretty)?;
        self.pretty.has_items = true;
        Ok(())
    }

    #[inline]
    fn named(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        if self.is_raw {
            return value.serialize(Raw { pretty: self.pretty });
        }
        self.pretty.field(key, std::mem::take(&mut self.first));
        value.serialize(&mut *self.pretty)?;
        self.pretty.has_items = true;
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        if self.is_raw {
            return Ok(());
        }
        self.pretty.close(self.bracket)?;
        if self.in_variant { self.pretty.close(b'}') } else { Ok(()) }
    }
}

/// Methods that write a whole number.
macro_rules! whole_numbers {
    ($($method:ident $kind:ty),*) => {$(
        #[inline]
        fn $method(self, value: $kind) -> Result<(), Error> {
            self.bytes.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            Ok(())
        }
    )*};
}

impl<'a, 'w> ser::Serializer for &'a mut Pretty<'w> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'a, 'w>;
    type SerializeTuple = Compound<'a, 'w>;
    type SerializeTupleStruct = Compound<'a, 'w>;
    type SerializeTupleVariant = Compound<'a, 'w>;
    type SerializeMap = Compound<'a, 'w>;
    type SerializeStruct = Compound<'a, 'w>;
    type SerializeStructVariant = Compound<'a, 'w>;

    whole_numbers!(
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
    );

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.bytes.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.other(value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.other(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.text(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.text(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.collect_seq(value)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.bytes.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, key: &'static str, value: &T) -> Result<(), Error> {
        let mut object = Compound::open(self, b'{');
        object.named(key, value)?;
        object.end()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        Ok(Compound::open(self, b'['))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        Ok(Compound::open(self, b'['))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        Ok(Compound::open(self, b'['))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, key: &'static str, _: usize) -> Result<Self::SerializeTupleVariant, Error> {
        Ok(Compound::of_variant(self, key, b'['))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        Ok(Compound::open(self, b'{'))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        if name == RAW {
            return Ok(Compound { pretty: self, first: true, bracket: b'}', in_variant: false, is_raw: true });
        }
        Ok(Compound::open(self, b'{'))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, key: &'static str, _: usize) -> Result<Self::SerializeStructVariant, Error> {
        Ok(Compound::of_variant(self, key, b'{'))
    }
}

/// The traits of lists, which differ in the name of their one method.
macro_rules! lists {
    ($($name:ident $method:ident),*) => {$(
        impl ser::$name for Compound<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.item(value)
            }

            fn end(self) -> Result<(), Error> {
                self.end()
            }
        }
    )*};
}

lists!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field
);

/// The traits of objects whose keys are names of fields.
macro_rules! objects {
    ($($name:ident),*) => {$(
        impl ser::$name for Compound<'_, '_> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.named(key, value)
            }

            fn end(self) -> Result<(), Error> {
                self.end()
            }
        }
    )*};
}

objects!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Compound<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.pretty.line(std::mem::take(&mut self.first));
        key.serialize(Key { pretty: self.pretty })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.pretty.bytes.extend_from_slice(b": ");
        value.serialize(&mut *self.pretty)?;
        self.pretty.has_items = true;
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        self.end()
    }
}

/// The key of an object: a text, or what has one.
struct Key<'a, 'w> {
    pretty: &'a mut Pretty<'w>,
}

/// The text of [`RAW`].
struct Raw<'a, 'w> {
    pretty: &'a mut Pretty<'w>,
}

/// A serializer that takes texts and refuses the rest.
macro_rules! refuse {
    ($($method:ident $kind:ty),*) => {$(
        fn $method(self, _: $kind) -> Result<(), Error> {
            Err(no_text())
        }
    )*};
}

/// What no key and no raw text can be.
macro_rules! refuse_compounds {
    () => {
        type Ok = ();
        type Error = Error;
        type SerializeSeq = Impossible<(), Error>;
        type SerializeTuple = Impossible<(), Error>;
        type SerializeTupleStruct = Impossible<(), Error>;
        type SerializeTupleVariant = Impossible<(), Error>;
        type SerializeMap = Impossible<(), Error>;
        type SerializeStruct = Impossible<(), Error>;
        type SerializeStructVariant = Impossible<(), Error>;

        refuse!(serialize_f32 f32, serialize_f64 f64, serialize_bytes &[u8], serialize_unit_struct &'static str);

        fn serialize_none(self) -> Result<(), Error> {
            Err(no_text())
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
            value.serialize(self)
        }

        fn serialize_unit(self) -> Result<(), Error> {
            Err(no_text())
        }

        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Error> {
            value.serialize(self)
        }

        fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), Error> {
            Err(no_text())
        }

        fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
            Err(no_text())
        }

        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
            Err(no_text())
        }

        fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
            Err(no_text())
        }

        fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeTupleVariant, Error> {
            Err(no_text())
        }

        fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
            Err(no_text())
        }

        fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
            Err(no_text())
        }

        fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeStructVariant, Error> {
            Err(no_text())
        }
    };
}

fn no_text() -> Error {
    Error::Value("only a text can stand here".to_owned())
}

/// Methods that write a whole number as a text.
macro_rules! numbers_as_texts {
    ($($method:ident $kind:ty),*) => {$(
        fn $method(self, value: $kind) -> Result<(), Error> {
            self.pretty.text(itoa::Buffer::new().format(value));
            Ok(())
        }
    )*};
}

impl ser::Serializer for Key<'_, '_> {
    refuse_compounds!();

    numbers_as_texts!(
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_i128 i128,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_u128 u128
    );

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.pretty.text(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.pretty.serialize_char(value)
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.pretty.text(value);
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.pretty.text(variant);
        Ok(())
    }
}

impl ser::Serializer for Raw<'_, '_> {
    refuse_compounds!();

    refuse!(
        serialize_bool bool, serialize_char char,
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64
    );

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.pretty.raw(value);
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Error> {
        Err(no_text())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain_until;

    proptest! {
        #[test]
        fn the_plain_start_of_a_text_ends_at_the_first_byte_that_needs_an_escape(text in prop::collection::vec(prop_oneof![
            9 => any::<u8>(), 1 => Just(b'"'), 1 => Just(b'\\'), 1 => 0_u8..0x20, 20 => 0x20_u8..0x22, 20 => 0x7E_u8..=0xFF,
        ], 0..40)) {
            let expected = text.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\').unwrap_or(text.len());
            prop_assert_eq!(plain_until(&text), expected);
        }
    }
}
