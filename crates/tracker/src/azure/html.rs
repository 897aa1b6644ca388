//! Blocks as the plain HTML that descriptions of work items hold.

use crate::blocks::{Block, Inline};

/// Blocks as HTML; words of a model never become markup.
pub(super) fn html(blocks: &[Block]) -> String {
    blocks.iter().map(block).collect::<Vec<_>>().join("\n")
}

fn block(block: &Block) -> String {
    match block {
        Block::Paragraph(words) => format!("<p>{}</p>", inlines(words)),
        Block::Heading(words) => format!("<h3>{}</h3>", escaped(words)),
        Block::List(items) => {
            let items: Vec<String> = items.iter().map(|words| format!("<li>{}</li>", inlines(words))).collect();
            format!("<ul>{}</ul>", items.concat())
        }
    }
}

fn inlines(words: &[Inline]) -> String {
    let inline = |inline: &Inline| match inline {
        Inline::Text(text) => escaped(text),
        Inline::Code(text) => format!("<code>{}</code>", escaped(text)),
        Inline::Link(text, to) => format!("<a href=\"{}\">{}</a>", escaped(to), escaped(text)),
    };
    words.iter().map(inline).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('@', "&#64;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_model_never_become_markup() {
        let words = vec![Inline::Text("<b> @ana & \"x\"".to_owned()), Inline::Code("<i>".to_owned())];
        assert_eq!(html(&[Block::Paragraph(words)]), "<p>&lt;b&gt; &#64;ana &amp; &quot;x&quot;<code>&lt;i&gt;</code></p>");
    }
}
