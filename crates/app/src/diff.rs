//! What an edit changes in a text, line by line, as a unified diff.
//!
//! Edits touch few places, so common lines at both ends are set aside first and the rest is compared exactly.

use std::fmt::Write;

use anstyle::AnsiColor;

use crate::terminal::paint;

/// Lines of unchanged text around a change.
const CONTEXT: usize = 3;
/// Above this many pairs of lines an exact comparison takes too long; the whole middle is then shown as replaced.
const LARGEST_COMPARISON: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Old(&'a str),
    New(&'a str),
}

/// The difference between two texts; empty if there is none.
pub(crate) fn unified(name: &str, old: &str, new: &str, color: bool) -> String {
    if old == new {
        return String::new();
    }
    let lines = compare(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    let mut text = format!("--- {name}\n+++ {name}\n");
    let mut at = 0;
    while let Some(first) = lines[at..].iter().position(|line| !matches!(line, Line::Same(_))).map(|i| at + i) {
        let last = end_of_hunk(&lines, first);
        hunk(&mut text, &lines, first.saturating_sub(CONTEXT).max(at), (last + CONTEXT).min(lines.len()), color);
        at = (last + CONTEXT).min(lines.len());
    }
    text
}

/// One past the last changed line that is near enough to the one before it.
fn end_of_hunk(lines: &[Line<'_>], first: usize) -> usize {
    let mut last = first + 1;
    for (i, line) in lines.iter().enumerate().skip(first) {
        if i >= last + 2 * CONTEXT {
            break;
        }
        if !matches!(line, Line::Same(_)) {
            last = i + 1;
        }
    }
    last
}

fn hunk(text: &mut String, lines: &[Line<'_>], from: usize, to: usize, color: bool) {
    let count = |lines: &[Line<'_>], other: fn(&Line<'_>) -> bool| lines.iter().filter(|line| !other(line)).count();
    let is_new = |line: &Line<'_>| matches!(line, Line::New(_));
    let is_old = |line: &Line<'_>| matches!(line, Line::Old(_));
    let (old, new) = (count(&lines[..from], is_new), count(&lines[..from], is_old));
    let (old_len, new_len) = (count(&lines[from..to], is_new), count(&lines[from..to], is_old));
    let _ = writeln!(text, "@@ -{},{old_len} +{},{new_len} @@", old + usize::from(old_len > 0), new + usize::from(new_len > 0));
    for line in &lines[from..to] {
        let shown = match line {
            Line::Same(same) => format!(" {same}"),
            Line::Old(old) => paint(color, AnsiColor::Red.on_default(), &format!("-{old}")),
            Line::New(new) => paint(color, AnsiColor::Green.on_default(), &format!("+{new}")),
        };
        text.push_str(&shown);
        text.push('\n');
    }
}

fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut lines: Vec<Line<'a>> = old[..head].iter().map(|line| Line::Same(line)).collect();
    lines.extend(middle(old_middle, new_middle));
    lines.extend(old[old.len() - tail..].iter().map(|line| Line::Same(line)));
    lines
}

/// The longest common subsequence, by the table.
fn middle<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    if old.len() * new.len() > LARGEST_COMPARISON {
        return old.iter().map(|line| Line::Old(line)).chain(new.iter().map(|line| Line::New(line))).collect();
    }
    let width = new.len() + 1;
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * width + j] = if old[i] == new[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            lines.push(Line::Old(old[i]));
            i += 1;
        } else {
            lines.push(Line::New(new[j]));
            j += 1;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_line_is_shown_with_its_surroundings() {
        insta::assert_snapshot!(unified("a.yaml", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", false), @r"
        --- a.yaml
        +++ a.yaml
        @@ -2,7 +2,7 @@
         2
         3
         4
        -5
        +five
         6
         7
         8
        ");
    }

    #[test]
    fn texts_that_are_the_same_have_no_difference() {
        assert_eq!(unified("a", "x\n", "x\n", false), "");
    }

    proptest::proptest! {
        #[test]
        fn both_texts_can_be_read_off(old in proptest::collection::vec("[ab]", 0..12), new in proptest::collection::vec("[ab]", 0..12)) {
            let (old, new): (Vec<&str>, Vec<&str>) = (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
            let lines = compare(&old, &new);
            let of_old: Vec<&str> = lines.iter().filter_map(|l| match l { Line::Same(t) | Line::Old(t) => Some(*t), Line::New(_) => None }).collect();
            let of_new: Vec<&str> = lines.iter().filter_map(|l| match l { Line::Same(t) | Line::New(t) => Some(*t), Line::Old(_) => None }).collect();
            proptest::prop_assert_eq!(of_old, old);
            proptest::prop_assert_eq!(of_new, new);
        }
    }
}
