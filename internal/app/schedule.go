package app

import (
	"creditsync/internal/config"
	"creditsync/scheduler"
)

// CheckSchedule says what is wrong with a cron expression, for the configuration's check.
func CheckSchedule(expr string) error { return scheduler.Check(expr) }

// CheckCalendar says what is wrong with a table of working days.
func CheckCalendar(path, days string) error {
	_, err := scheduler.NewCalendar(path, days)
	return err
}

// rules are when the pipelines of a configuration run, by name; those that run on demand only have none.
func rules(c *config.Config) (map[string]*scheduler.Rule, error) {
	workdays, err := scheduler.NewCalendar(c.Calendar.File, c.Calendar.Days)
	if err != nil {
		return nil, err
	}
	out := map[string]*scheduler.Rule{}
	for i := range c.Pipelines {
		p := &c.Pipelines[i]
		if p.Schedule == "" {
			continue
		}
		var days *scheduler.Calendar
		if p.When == config.WhenWorkday {
			days = workdays
		}
		if out[p.Name], err = scheduler.NewRule(p.Schedule, c.Timezone, days); err != nil {
			return nil, err
		}
	}
	return out, nil
}
