#include "events/search_terms.h"

#include <gtest/gtest.h>

namespace annals::events {
namespace {

using Terms = std::vector<std::string>;

TEST(SearchTerms, AreDividedByBlanks) {
  EXPECT_EQ(search_terms("  pear\tapple\n"), (Terms{"apple", "pear"}));
}

TEST(SearchTerms, AreThereOnce) {
  EXPECT_EQ(search_terms("b a b a"), (Terms{"a", "b"}));
}

TEST(SearchTerms, AreTheWordsBetweenQuotationMarks) {
  EXPECT_EQ(search_terms("\"lorem  ipsum\" x"), (Terms{"lorem ipsum", "x"}));
  EXPECT_EQ(search_terms("x\"lorem ipsum\"y"), (Terms{"lorem ipsum", "x", "y"}));
}

TEST(SearchTerms, EndWithTheTextIfAQuotationMarkIsNotClosed) {
  EXPECT_EQ(search_terms("\"lorem ipsum"), (Terms{"lorem ipsum"}));
}

TEST(SearchTerms, HaveTheirWordsSideBySideWhereSignsOfAsciiStand) {
  EXPECT_EQ(search_terms("10.0.0.1 C:\\new\\table"), (Terms{"10 0 0 1", "C new table"}));
}

TEST(SearchTerms, LeaveSignsBeyondAsciiInTheirWords) {
  EXPECT_EQ(search_terms("東京、大阪 a—b"), (Terms{"a—b", "東京、大阪"}));
}

TEST(SearchTerms, EndWithAStarIfTheLastWordIsABeginning) {
  EXPECT_EQ(search_terms("lor*"), (Terms{"lor*"}));
  EXPECT_EQ(search_terms("\"lorem ip*\" C:\\ne*"), (Terms{"C ne*", "lorem ip*"}));
}

TEST(SearchTerms, HaveNoStarElsewhere) {
  EXPECT_EQ(search_terms("*"), Terms{});
  EXPECT_EQ(search_terms("*lor"), (Terms{"lor"}));
  EXPECT_EQ(search_terms("lo*r"), (Terms{"lo r"}));
  EXPECT_EQ(search_terms("lor.*"), (Terms{"lor"}));
  EXPECT_EQ(search_terms("\"lor\"*"), (Terms{"lor"}));
}

TEST(SearchTerms, AreNoneIfThereIsNoWord) {
  EXPECT_EQ(search_terms(""), Terms{});
  EXPECT_EQ(search_terms("\"\" \" ' -- {}"), Terms{});
}

TEST(SearchTerms, AreCountedByTheirWords) {
  EXPECT_EQ(count_words({}), 0U);
  EXPECT_EQ(count_words({"a", "b c*", "d e f"}), 6U);
}

}  // namespace
}  // namespace annals::events
