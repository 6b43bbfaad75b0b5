# trao-admin, and the control socket that both programs speak.
trao_library(trao_answer SOURCES answer.c LINKS trao_protocol PACKAGES jansson)
trao_library(trao_spooler SOURCES spooler.c spooler_run.c spooler_load.c LINKS trao_office trao_record trao_config trao_files trao_protocol Threads::Threads)
trao_library(trao_control SOURCES commands.c commands_words.c commands_items.c commands_hooks.c commands_export.c commands_desk.c commands_print.c commands_printers.c
             commands_post.c commands_rounds.c commands_declare.c commands_terms.c commands_setup.c commands_places.c commands_mapping.c
             commands_board.c commands_freshness.c commands_stops.c commands_papers.c commands_devices.c commands_money.c commands_cases.c
             commands_templates.c
             commands_messages.c commands_people.c commands_keys.c commands_search.c commands_training.c commands_metrics.c commands_keeping.c commands_law.c commands_erase.c commands_holds.c commands_report.c commands_incidents.c erase.c daily.c lanes.c control.c
             LINKS trao_spooler trao_answer trao_metrics trao_keeping trao_notify trao_office trao_field trao_views trao_config trao_files trao_password
             trao_protocol Threads::Threads)
add_executable(trao-admin admin.c admin_keeping.c init.c out_file.c)
target_link_libraries(trao-admin PRIVATE trao_control trao_keys trao_files trao_password)
trao_man(trao-admin.8.scd)
