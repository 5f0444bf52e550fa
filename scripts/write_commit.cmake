# Writes the commit of SOURCE into HEADER, if it is not there already. A source without a repository has none.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=* OUTPUT_VARIABLE commit
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed OR NOT commit)
  set(commit "unknown")
endif()
set(text "#define ANNALS_COMMIT \"${commit}\"\n")
set(present "")
if(EXISTS ${HEADER})
  file(READ ${HEADER} present)
endif()
if(NOT text STREQUAL present)
  file(WRITE ${HEADER} "${text}")
endif()
