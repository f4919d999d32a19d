package cli

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"

	"github.com/spf13/cobra"

	"creditsync/internal/config"
	"creditsync/internal/fault"
)

func (p *program) engineCommand() *cobra.Command {
	cmd := p.command("engine [flags]", fault.T("在前台运行内嵌的 ClickHouse", "the embedded ClickHouse, in the foreground"))
	cmd.Args = words(0, 0)
	listen := cmd.Flags().String("listen", "", p.say("HTTP 地址，如 127.0.0.1:8123", "HTTP address, such as 127.0.0.1:8123"))
	native := cmd.Flags().String("native", "", p.say("原生协议地址，如 127.0.0.1:9000，或 off", "address of the native protocol, such as 127.0.0.1:9000, or off"))
	dir := p.dataDir(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		change := func(cfg *config.Config) error {
			e := cfg.Warehouse.Embedded
			if e == nil {
				return nil // which the application says
			}
			for _, one := range []struct {
				flag, given string
				to          *string
			}{{"listen", *listen, &e.HTTP}, {"native", *native, &e.Native}} {
				if one.given == "" {
					continue
				}
				if one.to == &e.Native && one.given == config.Off {
					e.Native = config.Off
					continue
				}
				if err := address(one.flag, one.given, e.Password.Empty()); err != nil {
					return err
				}
				*one.to = one.given
			}
			return moveData(cfg, *dir)
		}
		return p.serve("ClickHouse", change, application.Engine)
	}
	return cmd
}

func (p *program) brokerCommand() *cobra.Command {
	cmd := p.command("broker [flags]", fault.T("在前台运行内嵌的 Kafka", "the embedded Kafka broker, in the foreground"))
	cmd.Args = words(0, 0)
	listen := cmd.Flags().String("listen", "", p.say("地址，如 127.0.0.1:9092", "address, such as 127.0.0.1:9092"))
	dir := p.dataDir(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		change := func(cfg *config.Config) error {
			if *listen != "" && cfg.Bus.Embedded != nil {
				if err := address("listen", *listen, true); err != nil {
					return err
				}
				cfg.Bus.Embedded.Listen = *listen
			}
			return moveData(cfg, *dir)
		}
		return p.serve("Kafka", change, application.Broker)
	}
	return cmd
}

func (p *program) dataDir(cmd *cobra.Command) *string {
	return cmd.Flags().String("data-dir", "", p.say("数据文件夹，代替配置中的 data_dir", "the data folder, instead of data_dir of the configuration"))
}

// serve runs an engine or broker until a signal ends it.
func (p *program) serve(what string, change func(*config.Config) error, run func(application, context.Context, func(map[string]string)) error) error {
	return p.with(options{level: slog.LevelInfo, optional: true, stores: true, change: change}, func(s *session) error {
		err := run(s.application, s.ctx, func(addresses map[string]string) { p.out.Write(s.to.Ready(what, addresses)) })
		if s.ctx.Err() != nil && fault.CodeOf(err) == "" {
			return nil // ended by the signal, as it should
		}
		return err
	})
}

// address checks an address of a flag as the configuration checks its own: who listens beyond this machine needs a
// password.
func address(flag, given string, open bool) error {
	host, _, err := net.SplitHostPort(given)
	if err != nil {
		return errUsage("address", fault.T("--%[1]s %[2]q 不是地址，应如 127.0.0.1:8123", "--%[1]s %[2]q is no address; write 127.0.0.1:8123", flag, given))
	}
	ip, err := netip.ParseAddr(host)
	if loopback := host == "localhost" || err == nil && ip.IsLoopback(); loopback || !open {
		return nil
	}
	return errUsage("address", fault.T("--%[1]s %[2]s 不是本机回环地址，任何人都能连接", "--%[1]s %[2]s is not a loopback address and anybody could connect", flag, given)).
		Do(fault.T("请改用 127.0.0.1，或在配置中设置密码。", "Use 127.0.0.1, or set a password in the configuration."))
}

// moveData puts everything that the configuration keeps in its data folder into another one.
func moveData(cfg *config.Config, dir string) error {
	if dir == "" {
		return nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return errUsage("data_dir", fault.T("--data-dir %q 不是文件夹", "--data-dir %q is no folder", dir)).Because(err)
	}
	for _, path := range []*string{&cfg.Ledger.SQLite, &cfg.Keys.File} {
		if name, err := filepath.Rel(cfg.DataDir, *path); err == nil && filepath.IsLocal(name) {
			*path = filepath.Join(abs, name)
		}
	}
	cfg.DataDir = abs
	return nil
}
