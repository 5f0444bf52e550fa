#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <prometheus/metric_family.h>

#include "ops/latencies.h"

namespace annals::metrics {

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// All samples of one name. It belongs to a Families object and is used while that lives.
class Family {
 public:
  explicit Family(prometheus::MetricFamily& family) : family_(family) {}

  /// Adds a sample. The labels of all samples of a name must be the same, and their values differ.
  void add(double value, Labels labels = {});
  template <std::integral Number>
  void add(Number value, Labels labels = {}) {
    add(static_cast<double>(value), labels);
  }
  /// Adds a sample of a histogram.
  void add(const ops::Latencies::Snapshot& latencies, Labels labels = {});

 private:
  prometheus::ClientMetric& append(Labels labels);

  prometheus::MetricFamily& family_;
};

/// Collects what one scrape shows, and writes it in the text format 0.0.4 of Prometheus. It is made anew for
/// each scrape: nothing is registered, so nothing is looked up or locked when something is counted. Not
/// thread-safe.
class Families {
 public:
  /// Each returns a new family. A name must be used once, and `help` must hold neither a backslash nor a line
  /// break, because the library would not escape them. Throws std::invalid_argument otherwise.
  Family counter(std::string_view name, std::string_view help);
  Family gauge(std::string_view name, std::string_view help);
  Family histogram(std::string_view name, std::string_view help);

  [[nodiscard]] std::string text() const;

 private:
  Family add(std::string_view name, std::string_view help, prometheus::MetricType type);

  std::deque<prometheus::MetricFamily> families_;  // a Family refers to its own
};

}  // namespace annals::metrics
