//! The model that a reader made: a tree of fields, or JSON for whoever looks at it as such.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use redan_model::canonical::Long;
use serde_json::Value as Json;

/// The language's own sections, as a reader wrote them. Looked at as JSON, it is JSON.
///
/// An import of a large file never is: a table of hashes for every mapping takes longer to fill than the tree.
#[derive(Debug, Clone)]
pub struct Document {
    tree: Long<'static>,
    json: OnceLock<Json>,
}

impl Document {
    /// The tree.
    pub fn tree(&self) -> &Long<'static> {
        &self.tree
    }

    /// The tree, to be changed.
    pub fn tree_mut(&mut self) -> &mut Long<'static> {
        self.json.take();
        &mut self.tree
    }

    /// The tree alone.
    pub fn into_tree(self) -> Long<'static> {
        self.tree
    }
}

impl Default for Document {
    fn default() -> Self {
        Long::Null.into()
    }
}

impl From<Long<'static>> for Document {
    fn from(tree: Long<'static>) -> Self {
        Self { tree, json: OnceLock::new() }
    }
}

impl From<Json> for Document {
    fn from(json: Json) -> Self {
        Long::from(json).into()
    }
}

impl From<Document> for Json {
    fn from(document: Document) -> Self {
        document.json.into_inner().unwrap_or_else(|| document.tree.into_json())
    }
}

impl Deref for Document {
    type Target = Json;

    fn deref(&self) -> &Json {
        self.json.get_or_init(|| self.tree.to_json())
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
    }
}

/// As JSON, in which the order of entries says nothing.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl PartialEq<Json> for Document {
    fn eq(&self, other: &Json) -> bool {
        **self == *other
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_follows_changes_of_the_tree() {
        let mut document = Document::from(json!({"name": "a"}));
        assert_eq!((document["name"].as_str(), document.to_string().as_str()), (Some("a"), r#"{"name":"a"}"#));
        document.tree_mut().put("name", "b");
        assert_eq!(document, json!({"name": "b"}));
        assert_eq!(Json::from(document.clone()), document.into_tree().into_json());
    }
}
