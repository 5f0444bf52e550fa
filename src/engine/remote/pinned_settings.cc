#include "engine/remote/pinned_settings.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "text/percent_encoding.h"

namespace annals::engine {
namespace {

using Setting = std::pair<std::string_view, std::string_view>;

/// ClickHouse's own defaults, but for async_insert, of the settings that change what an answer means.
constexpr auto kPinned = std::to_array<Setting>({
    // which defaults hold, and how a statement is read
    {"compatibility", ""},
    {"dialect", "clickhouse"},
    {"session_timezone", ""},
    {"enable_positional_arguments", "1"},
    {"prefer_column_name_to_alias", "0"},
    {"union_default_mode", ""},
    {"implicit_transaction", "0"},
    // how much of a result there is
    {"limit", "0"},
    {"offset", "0"},
    {"max_result_rows", "0"},
    {"max_result_bytes", "0"},
    {"result_overflow_mode", "throw"},
    {"read_overflow_mode", "throw"},
    {"read_overflow_mode_leaf", "throw"},
    {"group_by_overflow_mode", "throw"},
    {"sort_overflow_mode", "throw"},
    {"set_overflow_mode", "throw"},
    {"join_overflow_mode", "throw"},
    {"distinct_overflow_mode", "throw"},
    {"transfer_overflow_mode", "throw"},
    {"timeout_overflow_mode", "throw"},
    {"timeout_overflow_mode_leaf", "throw"},
    {"skip_unavailable_shards", "0"},
    {"extremes", "0"},
    {"empty_result_for_aggregation_by_empty_set", "0"},
    {"exact_rows_before_limit", "0"},
    // which rows it has
    {"use_query_cache", "0"},
    {"final", "0"},
    {"additional_table_filters", "{}"},
    {"additional_result_filter", ""},
    {"apply_deleted_mask", "1"},
    {"use_skip_indexes_if_final_exact_mode", "1"},
    {"enable_parallel_replicas", "0"},
    // what functions and joins return
    {"aggregate_functions_null_for_empty", "0"},
    {"group_by_use_nulls", "0"},
    {"join_use_nulls", "0"},
    {"join_default_strictness", "ALL"},
    {"any_join_distinct_right_table_keys", "0"},
    {"transform_null_in", "0"},
    {"cast_keep_nullable", "0"},
    {"short_circuit_function_evaluation", "enable"},
    {"formatdatetime_f_prints_single_zero", "0"},
    {"formatdatetime_f_prints_scale_number_of_digits", "0"},
    {"formatdatetime_parsedatetime_m_is_month_name", "1"},
    {"formatdatetime_format_without_leading_zeros", "0"},
    // how it is written
    {"date_time_input_format", "basic"},
    {"date_time_output_format", "simple"},
    {"format_csv_delimiter", ","},
    {"format_csv_null_representation", "\\N"},
    {"format_tsv_null_representation", "\\N"},
    {"output_format_csv_crlf_end_of_line", "0"},
    {"output_format_tsv_crlf_end_of_line", "0"},
    {"output_format_write_statistics", "1"},
    {"output_format_json_array_of_rows", "0"},
    {"output_format_json_quote_64bit_integers", "0"},
    {"output_format_json_escape_forward_slashes", "1"},
    {"output_format_parquet_string_as_string", "1"},
    {"output_format_parquet_fixed_string_as_fixed_byte_array", "1"},
    {"output_format_parquet_datetime_as_uint32", "0"},
    {"output_format_binary_encode_types_in_binary_format", "0"},
    {"http_write_exception_in_output_format", "0"},
    {"http_wait_end_of_query", "0"},
    // what is stored
    {"async_insert", "0"},
    {"insert_null_as_default", "1"},
    {"input_format_null_as_default", "1"},
    {"data_type_default_nullable", "0"},
    {"default_table_engine", "MergeTree"},
});

}  // namespace

std::string pinned_settings() {
  std::string text;
  for (const auto& [name, value] : kPinned) text += fmt::format("&{}={}", name, text::percent_encode(value));
  return text;
}

}  // namespace annals::engine
