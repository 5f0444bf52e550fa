// Tracing, by our own settings and by OpenTelemetry's variables.
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "config/keys.h"
#include "config/warnings.h"
#include "unit/config/loading.h"

namespace annals::config::testing {
namespace {

using namespace std::chrono_literals;

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs headers_of(const Config& config) {
  Pairs pairs;
  for (const auto& [name, value] : config.tracing.headers) pairs.emplace_back(name, value.reveal());
  return pairs;
}

TEST(Tracing, is_off_unless_there_is_an_endpoint) {
  EXPECT_EQ(load_variables({}).tracing.endpoint, "");
  EXPECT_EQ(load_variables({{"ANNALS_TRACING_ENDPOINT", ""}}).tracing.endpoint, "");
  EXPECT_EQ(load_variables({{"OTEL_SERVICE_NAME", "shop"}, {"OTEL_TRACES_SAMPLER", "nonsense"}})
                .tracing.service_name,
            "");
}

TEST(Tracing, an_endpoint_without_a_path_gets_that_of_the_protocol) {
  const std::pair<std::string, std::string> cases[] = {
      {"http://collector:4318", "http://collector:4318/v1/traces"},
      {"https://[::1]", "https://[::1]/v1/traces"},
      {"http://collector:4318/", "http://collector:4318/"},
      {"https://collector/some/path", "https://collector/some/path"}};
  for (const auto& [given, used] : cases) {
    EXPECT_EQ(load_variables({{"ANNALS_TRACING_ENDPOINT", given}}).tracing.endpoint, used);
  }
  for (const std::string& wrong :
       {"collector:4318", "grpc://collector", "http://", "http://user:pw@collector", "http://collector/?x=1",
        "http://collector/#x", "http://collector:0", "x"}) {
    const Mistakes expected{{"ANNALS_TRACING_ENDPOINT",
                             "must be a URL like http://collector:4318, with or without a path and nothing "
                             "after that"}};
    EXPECT_EQ(mistakes_in_variables({{"ANNALS_TRACING_ENDPOINT", wrong}}), expected) << wrong;
  }
}

TEST(Tracing, is_set_by_a_file) {
  const auto config = load_text(R"(
[tracing]
endpoint = "http://collector:4318"
headers = ["authorization=Basic abc=", "x-team = a, b"]
timeout_seconds = 2.5
interval_seconds = 1
max_waiting_spans = 100
sampler = "parentbased_traceidratio"
sampler_ratio = 0.25
service_name = "shop"
resource_attributes = ["deployment.environment.name=test"]
)");
  EXPECT_EQ(headers_of(config), (Pairs{{"authorization", "Basic abc="}, {"x-team", "a, b"}}));
  EXPECT_EQ(config.tracing.timeout, 2500ms);
  EXPECT_EQ(config.tracing.interval, 1s);
  EXPECT_EQ(config.tracing.max_waiting_spans, 100U);
  EXPECT_EQ(config.tracing.sampler, TraceSampler::by_parent_ratio);
  EXPECT_EQ(config.tracing.sampler_ratio, 0.25);
  EXPECT_EQ(config.tracing.service_name, "shop");
  EXPECT_EQ(config.tracing.resource_attributes, (Pairs{{"deployment.environment.name", "test"}}));
}

TEST(Tracing, does_not_show_the_values_of_headers) {
  const auto config = load_variables(
      {{"ANNALS_TRACING_ENDPOINT", "http://127.0.0.1:1"}, {"ANNALS_TRACING_HEADERS", "a=hush,b=hush2"}});
  for (const auto& [key, value] : effective(config)) {
    if (key == "tracing.headers") EXPECT_EQ(value, "a=***, b=***");
    EXPECT_FALSE(value.contains("hush"));
  }
}

TEST(Tracing, takes_headers_from_a_file_of_their_own) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "headers";
  std::ofstream(path) << "authorization=Bearer abc\n\nx-team=a\n";
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const auto config = load_variables(
      {{"ANNALS_TRACING_ENDPOINT", "http://127.0.0.1:1"}, {"ANNALS_TRACING_HEADERS_FILE", path}});
  EXPECT_EQ(headers_of(config), (Pairs{{"authorization", "Bearer abc"}, {"x-team", "a"}}));
}

TEST(Tracing, names_every_mistake) {
  const Mistakes expected{{"ANNALS_TRACING_HEADERS", "must be a list of headers, each as in name=value"},
                          {"ANNALS_TRACING_MAX_WAITING_SPANS", "must be between 1 and 1000000"},
                          {"ANNALS_TRACING_SAMPLER",
                           "must be one of always_on, always_off, traceidratio, parentbased_always_on, "
                           "parentbased_always_off, parentbased_traceidratio"},
                          {"ANNALS_TRACING_SAMPLER_RATIO", "must be between 0 and 1"},
                          {"ANNALS_TRACING_RESOURCE_ATTRIBUTES", "must not have a key twice"},
                          {"ANNALS_TRACING_CA_FILE", "is a file that does not exist"}};
  EXPECT_EQ(mistakes_in_variables({{"ANNALS_TRACING_ENDPOINT", "http://127.0.0.1:1"},
                                   {"ANNALS_TRACING_HEADERS", "no header=x"},
                                   {"ANNALS_TRACING_MAX_WAITING_SPANS", "0"},
                                   {"ANNALS_TRACING_SAMPLER", "sometimes"},
                                   {"ANNALS_TRACING_SAMPLER_RATIO", "2"},
                                   {"ANNALS_TRACING_RESOURCE_ATTRIBUTES", "a=1,a=2"},
                                   {"ANNALS_TRACING_CA_FILE", "/nowhere"}}),
            expected);
}

TEST(Tracing, headers_need_an_endpoint) {
  const Mistakes expected{
      {"ANNALS_TRACING_HEADERS", "is allowed only with tracing.endpoint; remove it or set the endpoint"}};
  EXPECT_EQ(mistakes_in_variables({{"ANNALS_TRACING_HEADERS", "a=b"}}), expected);
}

TEST(Tracing, warns_of_headers_that_cross_a_network_in_plain_text) {
  const auto is_warned = [](const std::string& endpoint) {
    const auto config =
        load_variables({{"ANNALS_TRACING_ENDPOINT", endpoint}, {"ANNALS_TRACING_HEADERS", "a=b"}});
    const auto all = warnings(config);
    return std::ranges::any_of(all,
                               [](const auto& text) { return text.starts_with("tracing.endpoint is http"); });
  };
  EXPECT_TRUE(is_warned("http://collector:4318"));
  EXPECT_FALSE(is_warned("https://collector:4318"));
  EXPECT_FALSE(is_warned("http://localhost:4318"));
}

TEST(OpenTelemetry, gives_the_endpoint_with_or_without_the_path) {
  EXPECT_EQ(load_variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"}}).tracing.endpoint,
            "http://c:4318/v1/traces");
  EXPECT_EQ(load_variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/base/"}}).tracing.endpoint,
            "http://c:4318/base/v1/traces");
  const Variables both{{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"},
                       {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://d:1/x"}};
  EXPECT_EQ(load_variables(both).tracing.endpoint, "http://d:1/x");
  EXPECT_EQ(load_variables({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://d:1"}}).tracing.endpoint,
            "http://d:1/");
}

TEST(OpenTelemetry, gives_everything_that_we_have_a_setting_for) {
  const auto config = load_variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"},
                                      {"OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20a%2Cb , x=1,"},
                                      {"OTEL_EXPORTER_OTLP_TIMEOUT", "1500"},
                                      {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"},
                                      {"OTEL_BSP_SCHEDULE_DELAY", "100"},
                                      {"OTEL_BSP_MAX_QUEUE_SIZE", "64"},
                                      {"OTEL_SERVICE_NAME", "shop"},
                                      {"OTEL_RESOURCE_ATTRIBUTES", "service.name=other,k=v%3D1"},
                                      {"OTEL_TRACES_SAMPLER", "traceidratio"},
                                      {"OTEL_TRACES_SAMPLER_ARG", "0.1"},
                                      {"OTEL_TRACES_EXPORTER", "otlp"},
                                      {"OTEL_SDK_DISABLED", "false"}});
  EXPECT_EQ(headers_of(config), (Pairs{{"authorization", "Basic a,b"}, {"x", "1"}}));
  EXPECT_EQ(config.tracing.timeout, 1500ms);
  EXPECT_EQ(config.tracing.interval, 100ms);
  EXPECT_EQ(config.tracing.max_waiting_spans, 64U);
  EXPECT_EQ(config.tracing.service_name, "shop");
  EXPECT_EQ(config.tracing.resource_attributes, (Pairs{{"service.name", "other"}, {"k", "v=1"}}));
  EXPECT_EQ(config.tracing.sampler, TraceSampler::ratio);
  EXPECT_EQ(config.tracing.sampler_ratio, 0.1);
}

TEST(OpenTelemetry, counts_less_than_our_own_settings) {
  const auto config = load_variables({{"ANNALS_TRACING_ENDPOINT", "http://ours:4318"},
                                      {"ANNALS_TRACING_SERVICE_NAME", "ours"},
                                      {"OTEL_EXPORTER_OTLP_ENDPOINT", "http://theirs:4318"},
                                      {"OTEL_EXPORTER_OTLP_HEADERS", "authorization=theirs"},
                                      {"OTEL_SERVICE_NAME", "theirs"},
                                      {"OTEL_TRACES_SAMPLER", "always_off"}});
  EXPECT_EQ(config.tracing.endpoint, "http://ours:4318/v1/traces");
  EXPECT_TRUE(config.tracing.headers.empty()) << "they are for their own endpoint";
  EXPECT_EQ(config.tracing.service_name, "ours");
  EXPECT_EQ(config.tracing.sampler, TraceSampler::always_off);
}

TEST(OpenTelemetry, turns_its_export_off) {
  for (const auto& [name, value] :
       Variables{{"OTEL_SDK_DISABLED", "TRUE"}, {"OTEL_TRACES_EXPORTER", "none"}}) {
    EXPECT_EQ(
        load_variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"}, {name, value}}).tracing.endpoint,
        "");
  }
}

TEST(OpenTelemetry, has_its_mistakes_named_by_its_variables) {
  const auto mistakes = mistakes_in_variables({{"OTEL_EXPORTER_OTLP_ENDPOINT", "c:4317"},
                                               {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                                               {"OTEL_EXPORTER_OTLP_TIMEOUT", "soon"},
                                               {"OTEL_TRACES_SAMPLER", "jaeger_remote"}});
  std::vector<std::string> names;
  for (const auto& [name, problem] : mistakes) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_ENDPOINT",
                                             "OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_TRACES_SAMPLER"}));
}

}  // namespace
}  // namespace annals::config::testing
