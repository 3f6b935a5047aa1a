//! An embedded identity service.
