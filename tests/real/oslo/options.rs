//! The table of options knows what keystonemiddleware and keystoneauth1 know.

use super::{ask, here};

/// The list that the table is compared with in the unit tests is the one that those programs give.
#[test]
fn the_kept_list_of_options_is_that_of_keystonemiddleware() {
    let kept = here().join("tests/data/oslo/options.json");
    let kept = std::fs::read_to_string(kept).unwrap();
    let remedy = "keep what tests/real/oslo/options.py prints as tests/data/oslo/options.json";
    assert_eq!(kept, ask("options.py", &[]), "{remedy}");
}
