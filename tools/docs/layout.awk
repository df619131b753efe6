# SPDX-License-Identifier: MIT
#
# Reads Doxygen's own layout (`doxygen -l`) and writes pawl's: a header's page begins with what the
# thing is, its states and an example; and the tabs are named by what is behind them.

/<tab type="pages"/ { sub(/title=""/, "title=\"Guides\"") }
/<tab type="(modules|topics)"/ { sub(/title=""/, "title=\"Headers\"") }
/<tab type="classes"/ { sub(/title=""/, "title=\"C++ classes\"") }

/<group>/ { in_group = 1 }
/<\/group>/ { in_group = 0 }
in_group && /<memberdecl>/ { print "    <detaileddescription title=\"What it is\"/>" }
in_group && /<(detailed|brief)description/ { next }

{ print }
