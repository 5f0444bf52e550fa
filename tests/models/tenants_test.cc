// Two instances of the service make and delete tenants in every order, and with every lost answer, late
// statement, crash and expired lease within the bounds: what was promised holds.

#include <gtest/gtest.h>

#include "models/choices.h"
#include "models/tenants_world.h"

namespace annals::models {
namespace {

void try_all_of(const std::string& name, Bounds bounds, const std::function<void(TenantsWorld&)>& prepare) {
  try_all(name, bounds, [&prepare](Choices& choices, Visited& visited, Bounds left) {
    TenantsWorld world(choices, visited, left);
    prepare(world);
    return world.run();
  });
}

TEST(TenantsModel, OfTwoThatWantOneNameOneGetsIt) {
  try_all_of("one name", {.faults = 1, .switches = 2}, [](TenantsWorld& world) {
    world.initialise("shop", "one");
    world.initialise("shop", "two");
  });
}

TEST(TenantsModel, OfTwoThatWantOneLabelOneGetsIt) {
  try_all_of("one label", {.faults = 1, .switches = 2}, [](TenantsWorld& world) {
    world.initialise("shop", "one");
    world.initialise("bank", "one");
  });
}

TEST(TenantsModel, ADeletionTakesNothingOfWhoGetsTheNameNext) {
  try_all_of("deletion and next tenant", {.faults = 1, .switches = 2}, [](TenantsWorld& world) {
    world.have_tenant("shop", "one");
    world.remove_first();
    world.initialise("shop", "one");
  });
}

TEST(TenantsModel, TwoDeletionsOfOneTenantLeaveNothing) {
  try_all_of("two deletions", {.faults = 1, .switches = 2}, [](TenantsWorld& world) {
    world.have_tenant("shop", "one");
    world.remove_first();
    world.remove_first();
  });
}

TEST(TenantsModel, ASweepGivesUpNoTenantThatIsAnnounced) {
  try_all_of("sweep and new tenant", {.faults = 1, .switches = 2}, [](TenantsWorld& world) {
    world.initialise("shop", "one");
    world.sweep();
  });
}

TEST(TenantsModel, ASweepAndADeletionEndTogether) {
  try_all_of("sweep and deletion", {.faults = 1, .switches = 2}, [](TenantsWorld& world) {
    world.have_tenant("shop", "one");
    world.remove_first();
    world.sweep();
  });
}

}  // namespace
}  // namespace annals::models
