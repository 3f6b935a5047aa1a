//! What happens to a busy proxy: certificates change, its configuration changes, it ends, and
//! thousands of clients say nothing. No request is lost for it, and nothing grows. What is measured
//! is the real program in a process of its own.

mod certificates;
mod end;
mod idle;
mod line;
mod load;
mod readers;
mod reloads;
mod stage;
