//! Writing TOML that a person writes too: what changed is taken over, and everything else
//! stays as it stands, with its comments and its order.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

/// What tells one table of a list from another.
const NAMES: [&str; 3] = ["repositories", "name", "host"];

/// Takes over what differs.
pub(crate) fn merge(document: &mut Table, wanted: &Table) {
    let gone: Vec<String> = document
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|key| !wanted.contains_key(key))
        .collect();
    for key in gone {
        document.remove(&key);
    }
    for (key, value) in wanted {
        match document.get_mut(key) {
            Some(old) if plain(old) == plain(value) => (),
            Some(old) => take_over(old, value),
            None => {
                document.insert(key, value.clone());
            }
        }
    }
}

fn take_over(old: &mut Item, wanted: &Item) {
    match (old, wanted) {
        (Item::Table(old), Item::Table(wanted)) => merge(old, wanted),
        (Item::ArrayOfTables(old), Item::ArrayOfTables(wanted)) => merge_list(old, wanted),
        (Item::Value(old), Item::Value(wanted)) => {
            let looks = old.decor().clone();
            *old = wanted.clone();
            *old.decor_mut() = looks;
        }
        (old, wanted) => *old = wanted.clone(),
    }
}

/// Each table that is there already keeps its looks, wherever it stands now.
fn merge_list(old: &mut ArrayOfTables, wanted: &ArrayOfTables) {
    let mut known: Vec<Table> = old.iter().cloned().collect();
    old.clear();
    for table in wanted {
        let same = known.iter().position(|own| name(own) == name(table));
        let mut next = match same {
            Some(at) => known.remove(at),
            None => table.clone(),
        };
        merge(&mut next, table);
        unplace(&mut next);
        old.push(next);
    }
}

fn name(table: &Table) -> Option<&str> {
    NAMES.iter().find_map(|key| table.get(key)?.as_str())
}

/// Lets tables be written in the order in which they are listed, not where each of them stood.
pub(crate) fn unplace(table: &mut Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        match item {
            Item::Table(table) => unplace(table),
            Item::ArrayOfTables(list) => list.iter_mut().for_each(unplace),
            _ => (),
        }
    }
}

/// An item's meaning without its looks.
fn plain(item: &Item) -> Option<toml::Value> {
    let mut table = Table::new();
    table.insert("it", item.clone());
    toml::from_str(&DocumentMut::from(table).to_string()).ok()
}
