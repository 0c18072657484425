//! What people and programs ask of a store, and of the sagas in it.
//!
//! This crate never opens a file or a socket, never asks the machine what time it is, and appends
//! nothing: what it says follows from the events.

// Of any saga: lists, one as a whole, what an action would do.
pub mod desk;

// Of the fund business: orders, wallets, holdings, cases.
pub mod read_models;

// Of each decision, before it is written: whether the books would be whole.
pub mod guard;

// Of everything: links, histories, books, endings.
pub mod audit;

// Our side of a reconciliation: rows of what the events say.
pub mod reconciliation;
