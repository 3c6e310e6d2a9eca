//! What the reference model says, the real resolution must say: every vector, in every causal order tried.

mod governance_model;

use std::collections::BTreeSet;

use governance_model::History;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use serde_json::Value;

fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("vectors/governance.json")).expect("json");
    file["vectors"].as_array().expect("vectors").clone()
}

fn history(vector: &Value) -> History {
    History::read(vector["events"].as_array().expect("events"))
}

/// Some causal order of the steps.
fn shuffled(history: &History, random: &mut SmallRng) -> Vec<usize> {
    let mut placed = BTreeSet::new();
    let mut waiting: Vec<usize> = (0..history.steps.len()).collect();
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let ready: Vec<usize> = (0..waiting.len())
            .filter(|w| history.steps[waiting[*w]].parents.iter().all(|p| placed.contains(p.as_str())))
            .collect();
        let step = waiting.swap_remove(ready[random.random_range(0..ready.len())]);
        placed.insert(history.steps[step].id.as_str());
        order.push(step);
    }
    order
}

#[test]
fn every_vector_holds() {
    for vector in vectors() {
        let history = history(&vector);
        let governance = history.play(0..history.steps.len());
        assert_eq!(history.outcome(&governance), vector["expect"], "{}", vector["name"]);
    }
}

#[test]
fn every_vector_holds_in_any_causal_order() {
    let mut random = SmallRng::seed_from_u64(1);
    for vector in vectors() {
        let history = history(&vector);
        for _ in 0..3 {
            let governance = history.play(shuffled(&history, &mut random));
            assert_eq!(history.outcome(&governance), vector["expect"], "{}", vector["name"]);
        }
    }
}
