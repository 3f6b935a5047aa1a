//! Portcullis beside the real keystonemiddleware: the same bytes go to both, in front of the same
//! service and with the same Keystone, and what the service saw and the client got is compared.
//!
//! What differs must be meant: `rows` knows each meant difference by its name in
//! docs/compatibility.md, and every case says which of them it shows.

mod case;
mod difference;
mod exchange;
mod generated;
mod info;
mod list;
mod middleware;
mod numbered;
mod purse;
mod rows;
mod setting;
mod shapes;
mod spoofed;
mod stage;
mod tally;
mod theatre;
mod troubles;
mod twins;

use std::io::Write;

use tally::Tally;
use theatre::Theatre;

use crate::suite::Suite;

#[test]
fn whatever_differs_from_keystonemiddleware_is_meant() {
    let mut suite = Suite::start("parity");
    suite.keystone.start_short();
    let mut theatre = Theatre::open(&suite.keystone);
    let mut tally = Tally::default();
    suite.scenario("the numbered cases", |keystone| {
        for case in numbered::cases() {
            theatre.play(&case, keystone, &mut tally);
        }
    });
    suite.scenario("everybody in every setting", |keystone| {
        for case in generated::cases() {
            theatre.play(&case, keystone, &mut tally);
        }
    });
    suite.scenario("tokens of every shape", |_| {
        for case in shapes::cases() {
            theatre.play_with_double(&case, &mut tally);
        }
    });
    suite.scenario("troubles with Keystone", |_| {
        for case in troubles::cases() {
            theatre.play_with_double(&case, &mut tally);
        }
    });
    suite.scenario("nothing is unexplained", |_| {
        let unexplained = tally.unexplained();
        assert!(unexplained.is_empty(), "\n{}", unexplained.join("\n"));
    });
    suite.scenario("no row has become stale", |_| {
        let stale = tally.stale();
        assert!(stale.is_empty(), "no case shows {stale:?} any more");
    });
    // The last line passes the harness's capture; the rest is for whoever looks.
    print!("{}", tally.by_rows());
    writeln!(std::io::stdout().lock(), "{}", tally.summary()).unwrap();
    drop(theatre);
    suite.end();
}
