//! What this process would leave behind if it died: nothing. Its memory holds tokens.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Has the system write no core file.
pub(super) fn forbid() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Lowering is always allowed; where it is not, there is nothing else to try.
    let _ = setrlimit(Resource::Core, none);
}

#[cfg(test)]
mod tests {
    use rustix::process::getrlimit;

    use super::*;

    #[test]
    fn p01_no_core_file_is_written() {
        forbid();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
