// Compiles Beast's non-template part once (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
