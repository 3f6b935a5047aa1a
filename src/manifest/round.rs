//! Many changes of one document at once: each is a splice of the same text, so that thousands of them
//! do not have it read again thousands of times.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::change::{Change, Step};
use super::edit::{Editor, Splice};
use super::place::find;
use super::tree::{Content, Node};

/// The text after as many of the changes as do not meet each other, and how many these are. `None`
/// where none can be made.
///
/// All of them speak of `root`, which is the document as `text` has it. Those that are left can be
/// made when the new text has been read.
pub(super) fn made(text: &str, root: &Node, changes: &[Change]) -> Option<(String, usize)> {
    let editor = Editor::new(text, root);
    let mut round = Round {
        root,
        splices: BTreeMap::new(),
        added: HashSet::new(),
        removed: HashMap::new(),
        whole: HashSet::new(),
    };
    for change in changes {
        round.take(&editor, change);
    }
    let taken = round.splices.values().map(Vec::len).sum();
    let splices = round.splices.into_values().flatten();
    (taken > 0).then(|| (spliced(text, splices), taken))
}

/// A text with splices made, which are in their order and do not overlap.
pub(super) fn spliced(text: &str, splices: impl Iterator<Item = Splice>) -> String {
    let (mut new, mut behind) = (String::with_capacity(text.len()), 0);
    for splice in splices {
        new.push_str(text.get(behind..splice.start).unwrap_or_default());
        new.push_str(&splice.put);
        behind = splice.end;
    }
    new.push_str(text.get(behind..).unwrap_or_default());
    new
}

struct Round<'a> {
    root: &'a Node,
    /// By where they begin and end. What is put at one place is put there in the order in which it
    /// came.
    splices: BTreeMap<(usize, usize), Vec<Splice>>,
    /// Collections that something is put into.
    added: HashSet<&'a [Step]>,
    /// Collections that something is taken out of, and how much.
    removed: HashMap<&'a [Step], usize>,
    /// Collections that are written anew, because they were or become empty.
    whole: HashSet<&'a [Step]>,
}

impl<'a> Round<'a> {
    /// Takes a change into this round, if it can be made beside those that are there already.
    fn take(&mut self, editor: &Editor<'_>, change: &'a Change) {
        let (Change::Add(path, _) | Change::Replace(path, _) | Change::Remove(path)) = change;
        let Some((_, parent)) = path.split_last() else { return };
        let Some(count) = find(self.root, parent).map(parts) else { return };
        let removed = self.removed.get(parent).copied().unwrap_or(0);
        let fits = match change {
            Change::Add(..) => !self.whole.contains(parent),
            Change::Replace(..) => true,
            // The last part is another matter: without it the collection is written otherwise.
            Change::Remove(_) if count == 1 => !self.added.contains(parent),
            Change::Remove(_) => removed + 1 < count,
        };
        let Some(splice) = editor.splice_for(change).filter(|splice| fits && self.is_free(splice))
        else {
            return;
        };
        self.splices.entry((splice.start, splice.end)).or_default().push(splice);
        match change {
            Change::Add(..) if count == 0 => drop(self.whole.insert(parent)),
            Change::Add(..) => drop(self.added.insert(parent)),
            Change::Replace(..) => {}
            Change::Remove(_) if count == 1 => drop(self.whole.insert(parent)),
            Change::Remove(_) => drop(self.removed.insert(parent, removed + 1)),
        }
    }

    /// Whether a splice overlaps none that was taken. These overlap none of each other, so only the
    /// nearest can be in its way.
    fn is_free(&self, splice: &Splice) -> bool {
        let here = (splice.start, splice.end);
        let before = self.splices.range(..here).next_back();
        let behind = self.splices.range(here..).next();
        before.is_none_or(|((_, end), _)| *end <= splice.start)
            && behind.is_none_or(|((start, _), _)| *start >= splice.end)
    }
}

/// How many parts a collection has.
fn parts(node: &Node) -> usize {
    match &node.content {
        Content::Mapping(_, entries) => entries.len(),
        Content::Sequence(_, items) => items.len(),
        Content::Scalar(_) | Content::Alias(_) => 0,
    }
}
