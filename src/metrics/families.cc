#include "metrics/families.h"

#include <algorithm>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <prometheus/text_serializer.h>

namespace annals::metrics {

void Family::add(double value, Labels labels) {
  auto& sample = append(labels);
  sample.counter.value = value;  // only that is written which the family's type names
  sample.gauge.value = value;
}

void Family::add(const ops::Latencies::Snapshot& latencies, Labels labels) {
  auto& histogram = append(labels).histogram;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < latencies.counts.size(); ++i) {
    cumulative += latencies.counts.at(i);
    const bool is_last = i == ops::Latencies::kBounds.size();
    const double bound = is_last ? std::numeric_limits<double>::infinity() : ops::Latencies::kBounds.at(i);
    histogram.bucket.push_back({.cumulative_count = cumulative, .upper_bound = bound});
  }
  histogram.sample_count = cumulative;
  histogram.sample_sum = latencies.seconds;
}

prometheus::ClientMetric& Family::append(Labels labels) {
  auto& sample = family_.metric.emplace_back();
  for (const auto& [name, value] : labels) {
    sample.label.push_back({.name = std::string(name), .value = std::string(value)});
  }
  return sample;
}

Family Families::counter(std::string_view name, std::string_view help) {
  return add(name, help, prometheus::MetricType::Counter);
}

Family Families::gauge(std::string_view name, std::string_view help) {
  return add(name, help, prometheus::MetricType::Gauge);
}

Family Families::histogram(std::string_view name, std::string_view help) {
  return add(name, help, prometheus::MetricType::Histogram);
}

Family Families::add(std::string_view name, std::string_view help, prometheus::MetricType type) {
  const bool is_known = std::ranges::any_of(families_, [name](const auto& one) { return one.name == name; });
  if (is_known || help.find_first_of("\\\n") != std::string_view::npos) {
    throw std::invalid_argument("a metric is described badly: " + std::string(name));
  }
  auto& family = families_.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
  return Family(family);
}

std::string Families::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, {families_.begin(), families_.end()});
  return std::move(out).str();
}

}  // namespace annals::metrics
