// Events go through the journal into their tables while the process is killed or loses its power at any step,
// and answers of the engine fail or are lost: what was acknowledged is there once, and what was deleted is
// not.

#include <gtest/gtest.h>

#include "models/choices.h"
#include "models/journal_world.h"

namespace annals::models {
namespace {

void try_all_of(const std::string& name, Bounds bounds, const JournalWorld::Plan& plan) {
  try_all(name, bounds, [&plan](Choices& choices, Visited& visited, Bounds left) {
    JournalWorld world(choices, visited, left);
    return world.run(plan);
  });
}

TEST(JournalModel, WhatIsAcknowledgedIsReadOnceAfterAnyCrash) {
  try_all_of("moves", {.faults = 1, .switches = 1}, {.sends = {"ab", "cd", "a"}, .reads = true});
}

TEST(JournalModel, WhatGoesPastTheJournalIsReadOnceAfterAnyCrash) {
  try_all_of("large events", {.faults = 1, .switches = 1}, {.sends = {"a", "b", "c"}, .large = {'b'}});
}

TEST(JournalModel, ADeletedTenantLeavesNothingInTheJournal) {
  try_all_of("deletion", {.faults = 1, .switches = 1}, {.sends = {"a", "B"}, .deletes_second = true});
}

TEST(JournalModel, NoRestartBringsBackWhatWasRemovedFromTheTable) {
  try_all_of("retention", {.faults = 1, .switches = 1}, {.sends = {"a", "b"}, .rounds = 3, .expires = true});
}

}  // namespace
}  // namespace annals::models
