//! Event sourcing: deciders, envelopes and stores, without one word of any business.
//!
//! Never opens a file or a socket, and never asks the machine what time it is.

// The pure part: beside the codec, all that a domain sees.
pub mod cause;
pub mod counted;
pub mod decider;
pub mod digits;
pub mod ids;
pub mod printable;
pub mod time;
pub mod written;

// An event, around its fact and as bytes.
pub mod envelope;

pub mod codec;

// Where events go, and the smallest place for them.
pub mod store;

pub mod checkpoint;

// What stands for a whole log, outside of it.
pub mod merkle;

pub mod memory_store;

// From a stream to a decision, and from a decision to an append.
pub mod fold;
pub mod loaded;
pub mod streams;

// Readers of all events, and the door through which time comes in.
pub mod subscription;

pub mod clock;
