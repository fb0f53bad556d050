/* drain_farm.c - see drain_farm.h. */
#include "drain_farm.h"

void drain_for_run(struct farm *farm)
{
	farm->options.drain = FLEET_DRAIN_FOR_RUN;
	farm->options.retries = 0;
}

void drain_keep(struct farm *farm)
{
	drain_for_run(farm);
	farm->options.drain = FLEET_DRAIN_KEEP;
}

void drain_turn(struct farm *farm, enum session_drain to)
{
	farm->options.command = FLEET_DRAIN;
	farm->options.drain_to = to;
	farm->options.retries = 0;
	farm->selection.all = false;
}

void drain_turn_on(struct farm *farm)
{
	drain_turn(farm, SESSION_DRAIN_ON);
}
