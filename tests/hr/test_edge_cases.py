"""The 88 edge cases that the API promises to handle, and the test that shows each.

Read it as a table of contents: number, what happens, where it is shown. A name without a folder is in
``tests.hr``. The test below fails when a case is missing or a named test is gone.
"""

from __future__ import annotations

from importlib import import_module

CASES: dict[int, tuple[str, str]] = {
    # Employees
    1: ("somebody as their own manager", "test_employees.test_nobody_manages_themselves"),
    2: ("a loop of two", "test_employees.test_a_reporting_loop_of_any_length_is_refused"),
    3: ("a loop of five", "test_employees.test_a_reporting_loop_of_any_length_is_refused"),
    4: ("two patches that close a loop together", "test_races.test_two_patches_cannot_close_a_loop_together"),
    5: ("a manager of another tenant, or of live data", "test_employees.test_a_strangers_manager_is_refused_like_an_unknown_one"),
    6: ("a former manager", "test_employees.test_a_former_manager_is_refused"),
    7: ("an email in another case", "test_employees.test_an_email_is_taken_in_any_case_and_any_composition"),
    8: ("two people of one email at once", "test_races.test_two_creates_of_one_email_make_one_person"),
    9: ("the email of a former person", "test_employees.test_a_former_persons_email_stays_taken"),
    10: ("DELETE twice", "test_employees.test_offboarding_ends_today_keeps_the_record_and_is_announced_once"),
    11: ("DELETE of a future starter", "test_employees.test_offboarding_a_future_starter_ends_on_their_start"),
    12: ("a rehire", "test_employees.test_an_end_date_in_the_past_offboards_at_once_and_null_rehires"),
    13: ("a patch that changes nothing", "test_employees.test_a_patch_that_changes_nothing_keeps_the_version_and_is_not_announced"),
    14: ("a stale version, a stale If-Match, both", "test_employees.test_a_stale_version_or_if_match_is_409_on_version"),
    15: ("custom fields: merge, null, the 51st", "test_employees.test_a_fifty_first_custom_field_is_refused_also_by_a_merge"),
    16: ("names of every script, composed emails", "test_employees.test_names_keep_every_script"),
    17: ("a NUL in a text", "test_employees.test_what_the_schema_refuses_is_400_and_stores_nothing"),
    # Status log
    18: ("0, 1, 3 and 4 lines", "test_entries.test_one_to_three_lines_are_taken"),
    19: ("a blank line, 281 characters, a line break", "test_entries.test_a_status_log_entry_outside_the_schema_is_400"),
    20: ("the same day twice, one after the other and at once", "test_races.test_two_entries_of_one_day_make_one"),
    21: ("yesterday, tomorrow, before the start, after the end", "test_entries.test_a_date_lies_in_the_employment_and_not_ahead"),
    22: ("midnight in the workspace's zone", "test_entries.test_today_is_the_workspaces_day_and_not_utcs"),
    23: ("PUT and DELETE", "test_entries.test_the_log_is_append_only"),
    # Kudos
    24: ("to oneself", "test_entries.test_nobody_gives_kudos_to_themselves_however_the_giver_was_named"),
    25: ("4, 5, 50, 51, 10.5, a text, true", "test_entries.test_coins_are_whole_and_from_5_to_50"),
    26: ("a key that acts for somebody", "test_entries.test_a_key_that_acts_for_somebody_fills_the_giver_and_a_restricted_one_insists"),
    27: ("a former receiver", "test_entries.test_former_and_unknown_people_give_and_get_nothing"),
    28: ("an unknown tag, hustle too", "test_entries.test_kudos_outside_the_schema_are_400"),
    # Workload
    29: ("a week that starts on a Tuesday", "test_entries.test_a_week_that_is_none_or_ahead_or_before_the_employment_is_refused"),
    30: ("another answer in the same week", "test_entries.test_the_last_answer_of_a_week_counts"),
    31: ("the same answer again", "test_entries.test_the_last_answer_of_a_week_counts"),
    32: ("another answer for a week that is over", "test_entries.test_a_week_that_is_over_takes_a_late_first_answer_and_never_another"),
    33: ("next Monday", "test_entries.test_a_week_that_is_none_or_ahead_or_before_the_employment_is_refused"),
    34: ("a summary of two and of three answers", "test_entries.test_counts_of_a_week_show_from_three_answers_on"),
    35: ("the week across New Year", "test_entries.test_the_week_of_new_year_starts_in_the_old_one"),
    # Leave
    36: ("a single day", "test_leave.test_a_single_day_is_a_leave"),
    37: ("an end before the start", "test_leave.test_an_end_before_the_start_is_the_documented_refusal"),
    38: ("Saturday to Sunday", "test_leave.test_a_weekend_alone_is_no_leave"),
    39: ("Friday to Monday", "test_leave.test_friday_to_monday_is_two_days"),
    40: ("morning and afternoon of one day", "test_leave.test_two_halves_of_one_day_can_be_logged"),
    41: ("a half and the whole of one day", "test_leave.test_a_half_and_a_whole_of_the_same_day_collide_whichever_came_first"),
    42: ("half a day on a holiday", "test_leave.test_half_a_day_on_a_holiday_is_refused"),
    43: ("one entry after another", "test_leave.test_adjacent_entries_do_not_collide_and_the_clash_is_named"),
    44: ("two overlapping entries at once", "test_races.test_two_overlapping_entries_make_one"),
    45: ("across New Year, in two balances", "test_leave.test_an_entry_across_new_year_splits_between_two_balances"),
    46: ("29 February", "test_leave.test_the_29th_of_february_exists_in_a_leap_year_only"),
    47: ("more than is left", "test_leave.test_the_balance_goes_below_zero_and_nothing_stops_it"),
    48: ("cancelling gives the days back", "test_leave.test_cancelling_restores_the_balance_frees_the_slot_and_is_announced_once"),
    49: ("cancelling twice", "test_leave.test_cancelling_restores_the_balance_frees_the_slot_and_is_announced_once"),
    # Lists
    50: ("limit 0, -1, 201, x and 1", "test_lists.test_a_limit_outside_1_to_200_is_400"),
    51: ("a cursor with one character changed", "test_lists.test_a_changed_or_foreign_cursor_is_refused"),
    52: ("a cursor from somewhere else", "test_lists.test_a_changed_or_foreign_cursor_is_refused"),
    53: ("the row a cursor points at is gone", "test_lists.test_a_cursor_survives_the_row_it_points_at"),
    54: ("rows added between two pages", "test_lists.test_rows_added_between_pages_repeat_and_hide_nothing"),
    55: ("200 rows of one time in pages of 7", "test_lists.test_equal_times_lose_and_repeat_nothing"),
    56: ("a last page that is full", "test_lists.test_a_last_page_that_is_full_has_no_next_cursor"),
    57: ("the total under filters", "test_lists.test_the_total_counts_the_filtered_rows"),
    # Isolation
    58: ("a stranger's ids through every operation", "tests.pulse.test_cross_tenant.test_a_stranger_finds_nothing_reads_nothing_and_changes_nothing"),
    59: ("a live id with a test key", "test_protocol.test_everything_of_a_stranger_does_not_exist"),
    60: ("one idempotency key in several environments", "test_protocol.test_idempotency_keys_of_strangers_are_independent"),
    61: ("a stranger's events and deliveries", "test_webhook_management.test_a_strangers_endpoint_event_and_delivery_do_not_exist"),
    # Protocol
    62: ("no header, another scheme, revoked, expired", "test_protocol.test_a_header_that_is_not_bearer_and_a_key_is_401"),
    63: ("every method with every scope", "test_protocol.test_each_scope_opens_its_own_methods_only"),
    64: ("reading with a scope that writes", "test_protocol.test_a_key_that_only_writes_leave_reads_none"),
    65: ("bodies that are no JSON object, too large, or of another type", "test_protocol.test_a_body_that_is_no_json_object_is_refused_in_the_envelope"),
    66: ("an unknown path", "test_protocol.test_an_unknown_path_is_404_in_the_envelope"),
    67: ("a wrong method", "test_protocol.test_a_wrong_method_is_405_with_allow"),
    68: ("a bug of ours", "test_deliveries.test_a_call_that_crashes_midway_stores_and_announces_nothing_and_frees_its_key"),
    69: ("the 1,001st request of a minute", "test_protocol.test_the_1001st_request_of_a_minute_is_429_and_a_later_one_is_not"),
    70: ("HEAD and OPTIONS", "test_protocol.test_head_and_options_answer_without_a_body"),
    # Idempotency
    71: ("the same call again", "test_protocol.test_a_repeated_call_with_its_idempotency_key_gets_the_first_answer"),
    72: ("the same key with another body", "test_protocol.test_an_idempotency_key_of_another_body_or_path_is_409"),
    73: ("the same key with another path", "test_protocol.test_an_idempotency_key_of_another_body_or_path_is_409"),
    74: ("two at once", "test_races.test_two_calls_with_one_idempotency_key_have_one_effect"),
    75: ("a refused call", "test_protocol.test_a_refused_call_does_not_use_its_idempotency_key_up"),
    76: ("a crash midway", "test_deliveries.test_a_call_that_crashes_midway_stores_and_announces_nothing_and_frees_its_key"),
    # Webhooks
    77: ("an independent HMAC", "test_deliveries.test_a_change_arrives_as_documented_under_an_independent_signature"),
    78: ("500, then 200", "test_deliveries.test_a_receiver_that_fails_once_gets_the_same_bytes_again"),
    79: ("a timeout, a redirect, a TLS error", "test_deliveries.test_a_timeout_a_redirect_and_a_failing_handshake_are_failures"),
    80: ("72 hours", "test_deliveries.test_a_delivery_is_given_up_72_hours_after_its_first_attempt"),
    81: ("a replay", "test_deliveries.test_a_replay_is_the_same_event_under_a_new_delivery_and_a_fresh_time"),
    82: ("a rotated secret", "test_deliveries.test_during_a_rotation_both_secrets_verify_and_a_day_later_the_new_one_only"),
    83: ("a private address, also after DNS changed", "test_deliveries.test_a_private_address_is_refused_and_so_is_a_name_that_changes_to_one"),
    84: ("a rolled-back change", "test_deliveries.test_a_call_that_crashes_midway_stores_and_announces_nothing_and_frees_its_key"),
    85: ("a worker killed between sending and noting it", "test_deliveries.test_a_worker_that_dies_before_it_noted_the_answer_sends_the_same_event_again"),
    # OpenAPI
    86: ("valid 3.1", "tests.pulse.test_openapi.test_the_document_is_valid_openapi"),
    87: ("every route, code, filter and event", "test_document.test_the_document_needs_no_key_and_names_every_route_code_and_event"),
    88: ("every answer of the suite validates", "test_document.test_the_client_of_the_suite_notices_an_answer_that_the_document_does_not_describe"),
}  # fmt: skip


def test_every_edge_case_has_its_test():
    missing = []
    for number, (case, name) in CASES.items():
        module, _, function = name.rpartition(".")
        path = module if module.startswith("tests.") else f"tests.hr.{module}"
        if not callable(getattr(import_module(path), function, None)):
            missing.append(f"{number} ({case}): {name}")

    assert missing == []
    assert list(CASES) == list(range(1, 89))
