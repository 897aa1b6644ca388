//! The parts of a file as XML, each with its members in the one order that the tool reads, and with its own
//! declarations of namespaces, so that a part can stand in any file.

use crate::onto::xml::escaped;

use super::document::{Point, Rect};

/// Of the root and everything that has no other.
pub(super) const MODEL: &str = "http://schemas.datacontract.org/2004/07/ThreatModeling.Model";
/// Of what things in a drawing have.
pub(super) const ABSTRACTS: &str = "http://schemas.datacontract.org/2004/07/ThreatModeling.Model.Abstracts";
/// Of templates, properties and threats.
pub(super) const KNOWLEDGE: &str = "http://schemas.datacontract.org/2004/07/ThreatModeling.KnowledgeBase";
/// Of what a template says of models that it is for.
pub(super) const STORAGE: &str = "http://schemas.datacontract.org/2004/07/ThreatModeling.ExternalStorage.OM";
/// Of lists.
pub(super) const ARRAYS: &str = "http://schemas.microsoft.com/2003/10/Serialization/Arrays";
/// Of ids of objects.
pub(super) const SERIAL: &str = "http://schemas.microsoft.com/2003/10/Serialization/";
/// Of types of values.
pub(super) const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";

/// The mark before an id of ours in a property of a thing's own.
pub(super) const OWN_ID: &str = "redan:";

/// The column of the table of threats with the id of ours.
pub(super) const OWN_THREAT: &str = "redan-id";

/// The column of the table of threats with everything that a threat is about.
pub(super) const OWN_SUBJECTS: &str = "redan-on";

/// Something with a name in a drawing.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece<'a> {
    /// Its id.
    pub(super) guid: String,
    /// The number of the object in the file.
    pub(super) number: usize,
    /// The class that draws it.
    pub(super) class: &'a str,
    /// The id of its general kind.
    pub(super) general: &'a str,
    /// The id of its kind.
    pub(super) kind: String,
    /// The name of its kind.
    pub(super) kind_name: String,
    /// Its name.
    pub(super) name: String,
    /// Why it is not looked at.
    pub(super) out_of_scope: Option<String>,
    /// The id of ours, where the name does not say it.
    pub(super) own_id: Option<String>,
}

/// A line from one thing to another.
#[derive(Debug, Clone, Default)]
pub(super) struct Course {
    /// The id of the thing where it starts, with the side and the point.
    pub(super) source: (String, &'static str, Point),
    /// The id of the thing where it ends, with the side and the point.
    pub(super) target: (String, &'static str, Point),
    /// The point in its middle.
    pub(super) handle: Point,
}

/// Something with a box.
pub(super) fn boxed(piece: &Piece<'_>, rect: Rect) -> String {
    let thickness = if piece.general == "GE.TB.B" { 1 } else { 0 };
    let body = [
        member("Height", &whole(rect.height)),
        member("Left", &whole(rect.left)),
        format!("<StrokeDashArray i:nil=\"true\" xmlns=\"{ABSTRACTS}\"/>"),
        member("StrokeThickness", &thickness.to_string()),
        member("Top", &whole(rect.top)),
        member("Width", &whole(rect.width)),
    ];
    pair(piece, &body.concat())
}

/// A flow.
pub(super) fn line(piece: &Piece<'_>, course: &Course) -> String {
    let [(source, from_side, from), (target, to_side, to)] = [&course.source, &course.target];
    let body = [
        member("HandleX", &whole(course.handle.x)),
        member("HandleY", &whole(course.handle.y)),
        member("PortSource", from_side),
        member("PortTarget", to_side),
        member("SourceGuid", source),
        member("SourceX", &whole(from.x)),
        member("SourceY", &whole(from.y)),
        member("TargetGuid", target),
        member("TargetX", &whole(to.x)),
        member("TargetY", &whole(to.y)),
    ];
    pair(piece, &body.concat())
}

fn pair(piece: &Piece<'_>, body: &str) -> String {
    let Piece { guid, number, class, general, kind, .. } = piece;
    let head = [member("GenericTypeId", general), member("Guid", guid), properties(piece), member("TypeId", kind)].concat();
    format!(
        "<a:KeyValueOfguidanyType xmlns:a=\"{ARRAYS}\" xmlns:i=\"{INSTANCE}\" xmlns:z=\"{SERIAL}\"><a:Key>{guid}</a:Key>\
         <a:Value z:Id=\"i{number}\" i:type=\"{class}\">{head}{body}</a:Value></a:KeyValueOfguidanyType>"
    )
}

fn member(name: &str, value: &str) -> String {
    format!("<{name} xmlns=\"{ABSTRACTS}\">{}</{name}>", escaped(value))
}

fn properties(piece: &Piece<'_>) -> String {
    let mut list = vec![header(&piece.kind_name), text("Name", "", &piece.name)];
    if piece.general != "GE.TB.B" {
        list.push(property(
            "BooleanDisplayAttribute",
            "Out Of Scope",
            "71f3d9aa-b8ef-4e54-8126-607a1d903103",
            "c:boolean",
            if piece.out_of_scope.is_some() { "true" } else { "false" },
        ));
        list.push(text(
            "Reason For Out Of Scope",
            "752473b6-52d4-4776-9a24-202153f7d579",
            piece.out_of_scope.as_deref().unwrap_or_default(),
        ));
    }
    list.extend(piece.own_id.as_deref().map(own_id));
    format!("<Properties xmlns=\"{ABSTRACTS}\">{}</Properties>", list.concat())
}

/// A property with an id of ours.
pub(super) fn own_id(id: &str) -> String {
    format!(
        "<a:anyType i:type=\"b:CustomStringDisplayAttribute\" xmlns:a=\"{ARRAYS}\" xmlns:b=\"{KNOWLEDGE}\" xmlns:i=\"{INSTANCE}\">\
         <b:DisplayName i:nil=\"true\"/><b:Name i:nil=\"true\"/>\
         <b:Value i:type=\"c:string\" xmlns:c=\"{SCHEMA}\">{OWN_ID}{}</b:Value></a:anyType>",
        escaped(id)
    )
}

/// The first property: what kind of thing it is.
pub(super) fn header(label: &str) -> String {
    format!(
        "<a:anyType i:type=\"b:HeaderDisplayAttribute\" xmlns:b=\"{KNOWLEDGE}\"><b:DisplayName>{}</b:DisplayName><b:Name/><b:Value i:nil=\"true\"/></a:anyType>",
        escaped(label)
    )
}

/// A property with a text.
pub(super) fn text(label: &str, key: &str, value: &str) -> String {
    property("StringDisplayAttribute", label, key, "c:string", value)
}

fn property(class: &str, label: &str, key: &str, kind: &str, value: &str) -> String {
    let key = if key.is_empty() { "<b:Name/>".to_owned() } else { format!("<b:Name>{key}</b:Name>") };
    let (label, value) = (escaped(label), escaped(value));
    format!(
        "<a:anyType i:type=\"b:{class}\" xmlns:b=\"{KNOWLEDGE}\"><b:DisplayName>{label}</b:DisplayName>{key}\
         <b:Value i:type=\"{kind}\" xmlns:c=\"{SCHEMA}\">{value}</b:Value></a:anyType>"
    )
}

/// A threat of the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// The id of its type.
    pub(super) kind: String,
    /// The ids of the drawing, the source, the flow and the target.
    pub(super) surface: String,
    pub(super) source: String,
    pub(super) flow: String,
    pub(super) target: String,
    /// Its number.
    pub(super) number: usize,
    /// `High`, `Medium` or `Low`.
    pub(super) priority: &'static str,
    /// The word of the tool for where it stands.
    pub(super) state: &'static str,
    /// Columns with their values, in order.
    pub(super) columns: Vec<(&'static str, String)>,
}

impl Row {
    /// What identifies it.
    pub(super) fn key(&self) -> String {
        format!("{}{}{}{}", self.kind, self.source, self.flow, self.target)
    }

    /// The threat as XML.
    pub(super) fn xml(&self) -> String {
        let Self { kind, surface, source, flow, target, number, priority, state, columns } = self;
        let columns: String = columns
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(key, value)| {
                format!("<a:KeyValueOfstringstring><a:Key>{key}</a:Key><a:Value>{}</a:Value></a:KeyValueOfstringstring>", escaped(value))
            })
            .collect();
        let kind = escaped(kind);
        let nil = |name: &str| format!("<b:{name} i:nil=\"true\"/>");
        let body = [
            nil("ChangedBy"),
            format!("<b:DrawingSurfaceGuid>{surface}</b:DrawingSurfaceGuid><b:FlowGuid>{flow}</b:FlowGuid><b:Id>{number}</b:Id>"),
            format!("<b:InteractionKey>{source}:{flow}:{target}</b:InteractionKey>"),
            nil("InteractionString"),
            format!(
                "<b:ModifiedAt>0001-01-01T00:00:00</b:ModifiedAt><b:Priority>{priority}</b:Priority><b:Properties>{columns}</b:Properties>"
            ),
            format!("<b:SourceGuid>{source}</b:SourceGuid><b:State>{state}</b:State>"),
            nil("StateInformation"),
            format!("<b:TargetGuid>{target}</b:TargetGuid>"),
            nil("Title"),
            format!("<b:TypeId>{kind}</b:TypeId><b:Upgraded>false</b:Upgraded>"),
            nil("UserThreatCategory"),
            nil("UserThreatDescription"),
            nil("UserThreatShortDescription"),
            "<b:Wide>false</b:Wide>".to_owned(),
        ];
        format!(
            "<a:KeyValueOfstringThreatpc_P0_PhOB xmlns:a=\"{ARRAYS}\" xmlns:i=\"{INSTANCE}\"><a:Key>{}</a:Key><a:Value xmlns:b=\"{KNOWLEDGE}\">{}</a:Value></a:KeyValueOfstringThreatpc_P0_PhOB>",
            escaped(&self.key()),
            body.concat()
        )
    }
}

/// Pixels are whole.
fn whole(number: f64) -> String {
    format!("{:.0}", number.round())
}

/// The side of a box that faces another one, and the middle of that side.
pub(super) fn port(from: Rect, to: Rect) -> (&'static str, Point) {
    let (a, b) = (from.centre(), to.centre());
    let (right, down) = (b.x - a.x, b.y - a.y);
    if right.abs() >= down.abs() {
        if right >= 0.0 { ("East", Point { x: from.left + from.width, y: a.y }) } else { ("West", Point { x: from.left, y: a.y }) }
    } else if down >= 0.0 {
        ("South", Point { x: a.x, y: from.top + from.height })
    } else {
        ("North", Point { x: a.x, y: from.top })
    }
}

/// The way of a flow between two boxes; flows between the same two go apart from each other.
pub(super) fn course(source: (&str, Rect), target: (&str, Rect), nth: usize) -> Course {
    let ((from_side, from), (to_side, to)) = (port(source.1, target.1), port(target.1, source.1));
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy).max(1.0);
    let away = 40.0 * nth.div_ceil(2) as f64 * if nth.is_multiple_of(2) { 1.0 } else { -1.0 };
    let handle = Point { x: (from.x + to.x) / 2.0 - dy / length * away, y: (from.y + to.y) / 2.0 + dx / length * away };
    Course { source: (source.0.to_owned(), from_side, from), target: (target.0.to_owned(), to_side, to), handle }
}

/// An id for a thing that has none in the tool yet: always the same for the same text.
pub(super) fn guid(seed: &str) -> String {
    let half = |start: u64| {
        let hash = seed.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let digits = format!("{:016x}{:016x}", half(0xcbf2_9ce4_8422_2325), half(0x8422_2325_cbf2_9ce4));
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_for_the_same_text_and_have_the_right_form() {
        assert_eq!(guid("a"), guid("a"));
        assert_ne!(guid("a"), guid("b"));
        assert!(guid("a").split('-').map(str::len).eq([8, 4, 4, 4, 12]));
    }

    #[test]
    fn flows_leave_at_the_side_that_faces_their_end() {
        let at = |left, top| Rect { left, top, width: 100.0, height: 100.0 };
        assert_eq!(port(at(0.0, 0.0), at(300.0, 10.0)), ("East", Point { x: 100.0, y: 50.0 }));
        assert_eq!(port(at(0.0, 0.0), at(0.0, -300.0)), ("North", Point { x: 50.0, y: 0.0 }));
        let course = course(("a", at(0.0, 0.0)), ("b", at(300.0, 0.0)), 1);
        assert_eq!((course.handle.x, course.handle.y), (200.0, 10.0));
    }
}
