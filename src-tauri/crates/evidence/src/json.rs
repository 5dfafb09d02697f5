//! JSON that is read as it comes: members as they are met, elements one after the other.
//!
//! Values forgive: a text may be missing, null, a number or something else. They borrow from
//! the report wherever JSON allows, and no list is kept longer than it takes to look at each
//! of its elements, so that a large report is neither copied nor held twice.

use crate::{error::Problem, place};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess,
    SeqAccess, Visitor,
    value::{BorrowedStrDeserializer, MapAccessDeserializer},
};
use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

/// The most findings, tests, packages or statements that are read.
pub(crate) const LIMIT: usize = 1_000_000;

/// What takes an object's members as they come.
pub(crate) trait Object<'de> {
    /// The members that are looked at, at most 64; others are passed over.
    const NAMES: &'static [&'static str];

    /// Takes the value of one of them, which `map` holds ready.
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Reads a document that is one object.
pub(crate) fn read<'de>(text: &'de str, object: &mut impl Object<'de>) -> Result<(), Problem> {
    read_seed(text, Inner(object))
}

/// Reads a document by a seed.
pub(crate) fn read_seed<'de>(
    text: &'de str,
    seed: impl DeserializeSeed<'de, Value = ()>,
) -> Result<(), Problem> {
    let mut json = serde_json::Deserializer::from_str(text);
    let read = seed.deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| place::json_problem(text, &error))
}

/// An error that says that there are more of these than [`LIMIT`].
pub(crate) fn too_many<E: Error>(what: &'static str) -> E {
    E::custom(format_args!("{}{what}", place::TOO_MANY))
}

/// An object's members, handed to an [`Object`]; null is an object without any.
pub(crate) struct Inner<'o, O>(pub(crate) &'o mut O);

impl<'de, O: Object<'de>> DeserializeSeed<'de> for Inner<'_, O> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, O: Object<'de>> Visitor<'de> for Inner<'_, O> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or null")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = 0_u64;
        while let Some(Whole(key)) = map.next_key()? {
            let Some(at) = O::NAMES.iter().position(|name| *name == key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if seen & (1 << at) != 0 {
                return Err(A::Error::duplicate_field(O::NAMES[at]));
            }
            seen |= 1 << at;
            self.0.member(O::NAMES[at], &mut map)?;
        }
        Ok(())
    }
}

/// An array's elements, each read as `T` and handed on; null is an array without any.
pub(crate) struct Each<T, F>(F, PhantomData<T>);

/// Hands every element to `take`, which may say that there are too many of something.
pub(crate) fn each<T, F: FnMut(T) -> Result<(), &'static str>>(take: F) -> Each<T, F> {
    Each(take, PhantomData)
}

impl<'de, T, F> DeserializeSeed<'de> for Each<T, F>
where
    T: Deserialize<'de>,
    F: FnMut(T) -> Result<(), &'static str>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, T, F> Visitor<'de> for Each<T, F>
where
    T: Deserialize<'de>,
    F: FnMut(T) -> Result<(), &'static str>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            (self.0)(element).map_err(too_many)?;
        }
        Ok(())
    }
}

/// An object within another, which may be missing or null.
#[derive(Debug, Default)]
pub(crate) struct Nested<T>(pub(crate) T);

impl<T> Deref for Nested<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Nested<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Nested<T> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Ok(Self(Option::deserialize(json)?.unwrap_or_default()))
    }
}

/// Whether a member is there and not null.
#[derive(Default)]
pub(crate) struct Presence(pub(crate) bool);

impl<'de> Deserialize<'de> for Presence {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let value = Option::<IgnoredAny>::deserialize(json)?;
        Ok(Self(value.is_some()))
    }
}

/// A number, also one that is written as a text; all else is none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Number(pub(crate) Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        Ok(Self::of(&Text::deserialize(json)?))
    }
}

impl Number {
    /// The number that a text is.
    pub(crate) fn of(text: &Text<'_>) -> Self {
        let number = text.as_str().trim().parse::<f64>().ok();
        Self(number.filter(|number| number.is_finite()))
    }

    /// Milliseconds as seconds, where it is a duration at all.
    pub(crate) fn millis(self) -> Option<f64> {
        self.seconds().map(|millis| millis / 1000.0)
    }

    /// Seconds, where it is a duration at all.
    pub(crate) fn seconds(self) -> Option<f64> {
        self.0.filter(|seconds| *seconds >= 0.0)
    }

    /// A count; none if it is negative or has a fraction.
    pub(crate) fn count(self) -> Option<u64> {
        let number = self.0.filter(|n| *n >= 0.0 && n.fract() == 0.0)?;
        // A number beyond 64 bits saturates, as a count may.
        Some(number as u64)
    }
}

/// A truth value, also one that is written as a text; all else is false.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flag(pub(crate) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(json)?;
        Ok(Self(text.as_str().eq_ignore_ascii_case("true")))
    }
}

/// A text; a number or a truth value is taken as its digits or word, all else as nothing.
#[derive(Debug, Default)]
pub(crate) struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// A text from elsewhere in the report.
    pub(crate) fn borrowed(text: &'a str) -> Self {
        Self(Some(Cow::Borrowed(text)))
    }

    /// A text that had to be copied.
    pub(crate) fn owned(text: &str) -> Self {
        Self(Some(Cow::Owned(text.to_owned())))
    }
}

impl Text<'_> {
    /// Whether there is no text, or none but the empty one.
    pub(crate) fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    /// The text, if it is not empty.
    pub(crate) fn get(&self) -> Option<&str> {
        Some(self.as_str()).filter(|text| !text.is_empty())
    }

    /// The text, or the empty text.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text))))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Text<'de>, E> {
        self.visit_string(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Text<'de>, E> {
        self.visit_string(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Text<'de>, E> {
        self.visit_string(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text<'de>, E> {
        self.visit_string(value.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

/// An object's member name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Whole<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let text: Text<'a> = json.deserialize_str(TextVisitor)?;
        Ok(Self(text.0.unwrap_or_default()))
    }
}

/// An array that may be missing or null, or one value that stands for itself; no more than
/// the first `KEPT` elements are kept.
#[derive(Debug)]
pub(crate) struct List<T, const KEPT: usize = 10_000>(pub(crate) Vec<T>);

impl<T, const KEPT: usize> Default for List<T, KEPT> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>, const KEPT: usize> Deserialize<'de> for List<T, KEPT> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T, const KEPT: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const KEPT: usize> Visitor<'de> for ListVisitor<T, KEPT> {
    type Value = List<T, KEPT>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(List::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(element) = seq.next_element()? {
            kept.push(element);
            if kept.len() == KEPT {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
        }
        Ok(List(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let one = T::deserialize(MapAccessDeserializer::new(map))?;
        Ok(List(vec![one]))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        let one = T::deserialize(BorrowedStrDeserializer::new(text))?;
        Ok(List(vec![one]))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let one = T::deserialize(text.into_deserializer())?;
        Ok(List(vec![one]))
    }
}
