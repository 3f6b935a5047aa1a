//! What fuzz targets share: an input in sections, the names that nobody may send, futures that do
//! not wait, and the stage for whole programs.

mod frames;
mod input;
mod names;
mod now;
mod percent;
#[path = "../../tests/strict/mod.rs"]
mod strict;
mod whole;

pub use frames::mutate;
pub use input::sections;
pub use names::{is_odd, is_protected, normal_form};
pub use now::now;
pub use percent::decoded;
pub use whole::throw;
